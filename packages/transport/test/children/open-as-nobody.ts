import "./nobody.js";
import "./open.js";
