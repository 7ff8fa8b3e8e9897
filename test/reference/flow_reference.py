"""Flows of captures by the rules of CICFlowMeter's corrected version, packet by packet, with nothing but the standard library.

    python3 flow_reference.py make FOLDER        small captures, one for each rule
    python3 flow_reference.py flows CAPTURE...   the flows of captures (pcap, pcapng, gzip) as JSON lines

Every column is computed anew from the list of a flow's packets; nothing is shared with the program it checks.
"""
import gzip, json, os, statistics, struct, sys

FLOW_TIMEOUT, ACTIVITY, SUBFLOW, BULK = 120_000_000, 5_000_000, 1_000_000, 1_000_000
FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = 1, 2, 4, 8, 16, 32, 64, 128


# ---- captures -> packets -------------------------------------------------------------------------------------------

def frames(path):
    data = (gzip.open if path.endswith(".gz") else open)(path, "rb").read()
    magic = data[:4]
    if magic == b"\x0a\x0d\x0d\x0a":
        yield from frames_ng(data)
        return
    end = "<" if magic in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    nano = magic in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
    link = struct.unpack(end + "I", data[20:24])[0] & 0xFFFF
    at = 24
    while at + 16 <= len(data):
        sec, frac, kept, wire = struct.unpack(end + "IIII", data[at:at + 16])
        yield sec * 1_000_000 + (frac // 1000 if nano else frac), link, data[at + 16:at + 16 + kept], wire
        at += 16 + kept


def frames_ng(data):
    at, end, links = 0, "<", []
    while at + 12 <= len(data):
        kind = struct.unpack(end + "I", data[at:at + 4])[0]
        if data[at:at + 4] == b"\x0a\x0d\x0d\x0a":
            end = "<" if data[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            links = []
        size = struct.unpack(end + "I", data[at + 4:at + 8])[0]
        body = data[at + 8:at + size - 4]
        if kind == 1:
            unit, option = 1_000_000, 8
            while option + 4 <= len(body):
                code, length = struct.unpack(end + "HH", body[option:option + 4])
                if code == 9:
                    value = body[option + 4]
                    unit = 2 ** (value & 127) if value & 128 else 10 ** value
                option += 4 + length + (-length) % 4
                if code == 0:
                    break
            links.append((struct.unpack(end + "H", body[:2])[0], unit))
        elif kind == 6:
            which, high, low, kept, wire = struct.unpack(end + "IIIII", body[:20])
            link, unit = links[which]
            yield ((high << 32) | low) * 1_000_000 // unit, link, body[20:20 + kept], wire
        at += size


def packet(time, link, raw, wire, fragments):
    """What a flow counts of a packet; None for what is no IP."""
    if link == 1:
        kind, at = struct.unpack(">H", raw[12:14])[0], 14
        while kind in (0x8100, 0x88A8):
            kind, at = struct.unpack(">H", raw[at + 2:at + 4])[0], at + 4
        if kind not in (0x0800, 0x86DD):
            return None
        raw, wire = raw[at:], wire - at
    elif link == 113:
        raw, wire = raw[16:], wire - 16
    elif link == 0:
        raw, wire = raw[4:], wire - 4
    if not raw or raw[0] >> 4 not in (4, 6):
        return None
    offset, more, ident = 0, False, 0
    if raw[0] >> 4 == 4:
        head = (raw[0] & 15) * 4
        total, ident, frag = struct.unpack(">HHH", raw[2:8])
        protocol, source, target = raw[9], raw[12:16], raw[16:20]
        offset, more = (frag & 0x1FFF) * 8, bool(frag & 0x2000)
        # segments that the network card was to cut have no length, and no header makes a packet longer than the frame
        length, body = min(total or wire, wire) - head, raw[head:]
    else:
        length, protocol = struct.unpack(">H", raw[4:6])[0], raw[6]
        source, target, body = raw[8:24], raw[24:40], raw[40:]
        while protocol in (0, 43, 44, 51, 60) and len(body) >= 8:
            skip = 8 if protocol == 44 else (body[1] + 2) * 4 if protocol == 51 else (body[1] + 1) * 8
            if protocol == 44:
                frag, ident = struct.unpack(">HI", body[2:8])
                offset, more = frag & 0xFFF8, bool(frag & 1)
            protocol, body, length = body[0], body[skip:], length - skip
            if offset:
                break
    p = dict(time=time, source=source, target=target, protocol=protocol, sport=0, dport=0, flags=0, window=0, header=0,
             payload=max(0, length), code=-1, type=-1)
    key = (source, target, protocol, ident)
    if offset:
        p["sport"], p["dport"] = fragments.get(key, (0, 0))
        return p
    if protocol == 6 and len(body) >= 20:
        p["sport"], p["dport"] = struct.unpack(">HH", body[:4])
        p["header"], p["flags"], p["window"] = (body[12] >> 4) * 4, body[13], struct.unpack(">H", body[14:16])[0]
    elif protocol == 17 and len(body) >= 8:
        p["sport"], p["dport"], p["header"] = *struct.unpack(">HH", body[:4]), 8
    elif protocol in (1, 58) and len(body) >= 4:
        p["type"], p["code"], p["header"] = body[0], body[1], 8
    elif protocol == 132 and len(body) >= 12:
        p["sport"], p["dport"], p["header"] = *struct.unpack(">HH", body[:4]), 12
    p["payload"] = max(0, length - p["header"])
    if more:
        fragments[key] = (p["sport"], p["dport"])
    return p


# ---- packets -> flows ----------------------------------------------------------------------------------------------

def flows(packets):
    """FlowGenerator: a flow is cut by a packet more than 120 s after its first, or by a SYN once it was ready to end."""
    open_, done = {}, []
    for p in packets:
        ends = sorted([(p["source"], p["sport"]), (p["target"], p["dport"])])
        key = (*ends, p["protocol"])
        flow = open_.get(key)
        fresh = flow is None
        if flow is not None:
            if flow["ready"] and p["flags"] & SYN:
                done.append(open_.pop(key))
                fresh = True
            elif p["time"] - flow["start"] > FLOW_TIMEOUT:
                done.append(open_.pop(key))
                flow = open_[key] = dict(flow, start=p["time"], packets=[], fins=set(), ready=False)
        if fresh:
            turned = p["flags"] & (SYN | ACK) == SYN | ACK
            first = (p["target"], p["dport"]) if turned else (p["source"], p["sport"])
            other = (p["source"], p["sport"]) if turned else (p["target"], p["dport"])
            flow = open_[key] = dict(first=first, other=other, protocol=p["protocol"], start=p["time"], began=p["time"], packets=[], fins=set(),
                                     ready=False)
        forward = (p["source"], p["sport"]) == flow["first"]
        flow["packets"].append((p, forward))
        if p["flags"] & FIN:
            flow["fins"].add(forward)
        if p["flags"] & RST or len(flow["fins"]) == 2:
            flow["ready"] = True
    return done + list(open_.values())


def std(values):
    return statistics.stdev(values) if len(values) > 1 else 0


def four(values, order="max min mean std"):
    got = dict(max=max(values, default=0), min=min(values, default=0), mean=statistics.fmean(values) if values else 0, std=std(values))
    return [got[name] for name in order.split()]


def bulks(packets, way):
    """At least four packets with payload one way, at most a second apart, none with payload the other way after the first."""
    found, run, other = [], [], -1
    for p, forward in packets:
        if p["payload"] == 0:
            continue
        if forward is not way:
            other = p["at"]
            continue
        if run and (other > run[0]["at"] or p["at"] - run[-1]["at"] > BULK):
            found.append(run)
            run = []
        run.append(p)
    found = [one for one in found + [run] if len(one) >= 4]
    if not found:
        return [0, 0, 0]
    size = sum(p["payload"] for one in found for p in one)
    lasted = sum(one[-1]["at"] - one[0]["at"] for one in found) / 1e6
    return [size / len(found), sum(map(len, found)) / len(found), size / lasted if lasted > 0 else 0]


def columns(flow):
    packets, at = flow["packets"], 0
    for p, _ in packets:
        at = p["at"] = max(at, p["time"])
    sides = {way: [p for p, forward in packets if forward is way] for way in (True, False)}
    lengths = {way: [p["payload"] for p in side] for way, side in sides.items()}
    times = [p["at"] for p, _ in packets]
    gaps = [b - a for a, b in zip(times, times[1:])]
    side_gaps = {way: [b["at"] - a["at"] for a, b in zip(side, side[1:])] for way, side in sides.items()}
    duration = times[-1] - times[0]
    seconds = duration / 1e6
    both = [p["payload"] for p, _ in packets]
    flag = lambda bit, way=None: sum(1 for p, forward in packets if p["flags"] & bit and way in (None, forward))
    active, idle, since = [], [], times[0]
    for before, gap in zip(times, gaps):
        if gap > ACTIVITY:
            if before > since:
                active.append(before - since)
            idle.append(gap)
            since = before + gap
    subflows = sum(1 for gap in gaps if gap > SUBFLOW)
    part = lambda value: value / subflows if subflows else 0
    window = lambda way: sides[way][0]["window"] if sides[way] and flow["protocol"] == 6 else 0
    icmp = packets[0][0] if flow["protocol"] in (1, 58) else dict(code=-1, type=-1)
    return [
        duration, len(sides[True]), len(sides[False]), sum(lengths[True]), sum(lengths[False]),
        *four(lengths[True]), *four(lengths[False]),
        sum(both) / seconds if duration else -1, len(both) / seconds if duration else -1,
        *four(gaps, "mean std max min"),
        sum(side_gaps[True]), *four(side_gaps[True], "mean std max min"),
        sum(side_gaps[False]), *four(side_gaps[False], "mean std max min"),
        flag(PSH, True), flag(PSH, False), flag(URG, True), flag(URG, False), flag(RST, True), flag(RST, False),
        sum(p["header"] for p in sides[True]), sum(p["header"] for p in sides[False]),
        len(sides[True]) / seconds if duration else 0, len(sides[False]) / seconds if duration else 0,
        min(both), max(both), statistics.fmean(both), std(both), statistics.variance(both) if len(both) > 1 else 0,
        *(flag(bit) for bit in (FIN, SYN, RST, PSH, ACK, URG, CWR, ECE)),
        len(sides[False]) / len(sides[True]) if sides[True] else 0,
        statistics.fmean(both),
        statistics.fmean(lengths[True]) if lengths[True] else 0, statistics.fmean(lengths[False]) if lengths[False] else 0,
        *bulks(packets, True), *bulks(packets, False),
        part(len(sides[True])), part(sum(lengths[True])), part(len(sides[False])), part(sum(lengths[False])),
        window(True), window(False),
        sum(1 for i, (p, forward) in enumerate(packets) if forward and i > 0 and p["payload"] > 0),
        min((p["header"] for p in sides[True]), default=0),
        *four(active, "mean std max min"), *four(idle, "mean std max min"),
        icmp["code"], icmp["type"],
        times[-1] - flow["began"] if flow["protocol"] == 6 else 0,
    ]


def address(raw):
    return ".".join(map(str, raw)) if len(raw) == 4 else raw.hex()


def told(path):
    fragments = {}
    packets = [p for p in (packet(*frame, fragments) for frame in frames(path)) if p is not None]
    for flow in flows(packets):
        (source, sport), (target, dport) = flow["first"], flow["other"]
        yield dict(source=address(source), sport=sport, target=address(target), dport=dport, protocol=flow["protocol"], start=flow["start"],
                   values=columns(flow))


# ---- small captures ------------------------------------------------------------------------------------------------

A, B, T0 = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]), 1_500_000_000_000_000
A6, B6 = bytes.fromhex("20010db8" + "00" * 11 + "01"), bytes.fromhex("20010db8" + "00" * 11 + "02")


def ether(kind, body):
    return bytes([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]) + struct.pack(">H", kind) + body


def ip4(way, protocol, body, ident=1, offset=0, more=False):
    source, target = (A, B) if way == ">" else (B, A)
    frag = (0x2000 if more else 0) | offset // 8
    return ether(0x0800, struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), ident, frag, 64, protocol, 0) + source + target + body)


def ip6(way, protocol, body):
    source, target = (A6, B6) if way == ">" else (B6, A6)
    return ether(0x86DD, struct.pack(">IHBB", 0x60000000, len(body), protocol, 64) + source + target + body)


def tcp(way, flags, size=0, window=1000):
    ports = (4000, 80) if way == ">" else (80, 4000)
    return struct.pack(">HHIIBBHHH", *ports, 0, 0, 0x50, flags, window, 0, 0) + bytes(size)


def udp(way, size):
    ports = (4000, 9999) if way == ">" else (9999, 4000)
    return struct.pack(">HHHH", *ports, 8 + size, 0) + bytes(size)


def tcps(*packets):
    return [(after, ip4(way, 6, tcp(way, flags, *rest))) for after, way, flags, *rest in packets]


def captures():
    whole = udp(">", 2000)
    ways = ">>>>><>>>"
    return {
        "fin": tcps((0, ">", SYN, 0, 1111), (100, "<", SYN | ACK, 0, 2222), (200, ">", ACK), (300, ">", ACK | PSH, 10), (500, "<", ACK | PSH, 30),
                    (700, ">", ACK | FIN), (800, "<", ACK | FIN), (1000, ">", ACK), (2000, ">", SYN), (2100, "<", SYN | ACK)),
        "rst": tcps((0, ">", SYN), (10, "<", RST | ACK), (20, ">", ACK), (30, ">", SYN), (40, "<", SYN | ACK)),
        "one-sided-fin": tcps((0, ">", SYN), (1, "<", SYN | ACK), (2, "<", FIN | ACK), (3, "<", FIN | ACK), (9, ">", ACK | URG, 5)),
        "time-out": tcps((0, ">", SYN), (1, "<", SYN | ACK), (119_000_000, ">", ACK, 1), (120_000_001, "<", ACK, 7), (120_500_000, ">", ACK, 9)),
        "syn-ack-first": tcps((0, "<", SYN | ACK, 0, 500), (10, ">", ACK, 0, 600), (25, ">", ACK | PSH | ECE | CWR, 40)),
        "bulk": [(i * 100_000, ip4(way, 17, udp(way, 100 + i))) for i, way in enumerate(ways)],
        "subflow-and-idle": [(after, ip4(">", 17, udp(">", 12))) for after in (0, 2_000_000, 8_000_000, 8_400_000, 14_000_000)],
        "ipv6": [(0, ip6(">", 6, tcp(">", SYN))), (40, ip6("<", 6, tcp("<", SYN | ACK))), (90, ip6(">", 6, tcp(">", ACK | PSH, 77)))],
        "icmp": [(0, ip4(">", 1, bytes([8, 0, 0, 0, 0, 1, 0, 1]) + bytes(56))), (50, ip4("<", 1, bytes([0, 0, 0, 0, 0, 1, 0, 1]) + bytes(56)))],
        "fragments": [(0, ip4(">", 17, whole[:1480], 3, 0, True)), (1480, ip4(">", 17, whole[1480:], 3, 1480)), (5000, ip4("<", 17, udp("<", 9)))],
        "out-of-order": tcps((1000, ">", SYN), (900, "<", SYN | ACK), (1500, ">", ACK | PSH, 4)),
    }


def make(folder):
    os.makedirs(folder, exist_ok=True)
    for name, packets in captures().items():
        with open(os.path.join(folder, f"{name}.pcap"), "wb") as out:
            out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for after, frame in packets:
                second, micro = divmod(T0 + after, 1_000_000)
                out.write(struct.pack("<IIII", second, micro, len(frame), len(frame)) + frame)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2])
    else:
        for path in sys.argv[2:]:
            for flow in told(path):
                print(json.dumps(dict(capture=os.path.basename(path), **flow)))
