"""Writes the frames of a pcap file (its path the first argument) to an interface, in real time, and prints when the first went out.

Raw sockets are nothing Node has. Needs CAP_NET_RAW. Bounded by the file.
"""

import socket
import struct
import sys
import time

path, interface = sys.argv[1:3]
out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
out.bind((interface, 0))
with open(path, "rb") as file:
    file.read(24)
    first = None
    while header := file.read(16):
        seconds, micros, length, _ = struct.unpack("<IIII", header)
        frame = file.read(length)
        at = seconds + micros / 1e6
        now = time.time()
        if first is None:
            first = now - at
            print(now, flush=True)
        wait = first + at - now
        if wait > 0.0005:
            time.sleep(wait)
        for _ in range(3):
            try:
                out.send(frame)
                break
            except OSError:
                time.sleep(0.001)
