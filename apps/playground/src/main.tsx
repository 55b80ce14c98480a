import { render } from "preact";
import { App } from "./views/app.js";
import { startPlaying } from "./views/playback.js";
import "@fontsource-variable/inter/index.css";
import "@fontsource-variable/jetbrains-mono/index.css";
import "./styles/style.css";

const root = document.getElementById("app");
if (root !== null) render(<App />, root);
startPlaying();
