"""A long wire: copies the frames of one interface to another one after a while, both ways.

Usage: wire.py LEFT RIGHT TO_RIGHT_MS TO_LEFT_MS JITTER_MS LOSS_PERCENT

For kernels without netem. Frames may overtake each other when there is jitter, as on a real path. It ends when one of
the interfaces goes away.
"""

import heapq
import random
import select
import socket
import sys
import time

ETH_P_ALL = 3
SOL_PACKET = 263
# linux/if_packet.h
PACKET_OUTGOING = 4
PACKET_VNET_HDR = 15
PACKET_IGNORE_OUTGOING = 23
# A frame of 64 KiB, as segmentation offload makes them, and its header of 10 bytes.
MOST_BYTES = 70_000


def end_of(interface):
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    # With it comes what the kernel left undone (checksums, segmentation), so that the other end can do it.
    end.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    end.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    end.setblocking(False)
    end.bind((interface, ETH_P_ALL))
    return end


def frames_of(end):
    """What has arrived, without what we ourselves sent there."""
    while True:
        try:
            frame, address = end.recvfrom(MOST_BYTES)
        except BlockingIOError:
            return
        if address[2] != PACKET_OUTGOING:
            yield frame


def main():
    left, right = end_of(sys.argv[1]), end_of(sys.argv[2])
    to_right, to_left, jitter, loss = (float(text) for text in sys.argv[3:])
    ways = {left: (right, to_right), right: (left, to_left)}
    # (when, which one came first, to which end, the frame)
    under_way = []
    count = 0
    print("open", flush=True)
    while True:
        wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
        readable, _, _ = select.select([left, right], [], [], wait)
        for end in readable:
            to, delay = ways[end]
            for frame in frames_of(end):
                if random.random() * 100 < loss:
                    continue
                count += 1
                when = time.monotonic() + (delay + random.random() * jitter) / 1000
                heapq.heappush(under_way, (when, count, to, frame))
        while under_way and under_way[0][0] <= time.monotonic():
            _, _, to, frame = heapq.heappop(under_way)
            try:
                to.send(frame)
            except BlockingIOError:
                pass  # A full queue loses frames.


try:
    main()
except (OSError, KeyboardInterrupt):
    sys.exit(0)  # The interface went away.
