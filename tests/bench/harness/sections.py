"""What is measured, section by section: one function each, floors and peers in turn with the daemon."""
import json
import os
import signal
import statistics
import subprocess
import time

from harness import keyring
from harness.daemon import Daemon
from harness.keyring import Keyring
from harness.tools import (Missing, anonymous_mib, children_of, context_switches, cpu_seconds, pss_mib, rate, results,
                           status_mib)

SECONDS = 1
PROCESS_ROUNDS = 15
IDLE_SECONDS = 40


class Context:
    """Daemons and keyrings that sections share, made when first asked for."""

    def __init__(self, build, work, rounds, samples, missing, full):
        self.build, self.work, self.rounds = build, work, rounds
        self.samples, self.missing, self.full = samples, missing, full
        self.daemons, self.keyrings = {}, {}
        self.keyring_reason = None
        try:
            keyring.check_installed(build)
        except Missing as absent:
            self.keyring_reason = str(absent)
            missing.append(f"gnome-keyring: {absent}")
        if not full:
            missing.append("1,000,000 secrets: BENCH_FULL=1 measures them too")

    def daemon(self, items):
        if items not in self.daemons:
            made = Daemon(self.build, self.work, f"store-{items}").start()
            self.daemons[items] = made
            if items:
                self.samples.add(f"fill/{items}", made.fill(items))
        return self.daemons[items]

    def keyring(self, items, collection="bench"):
        """None when it cannot be had."""
        if self.keyring_reason is not None:
            return None
        if (items, collection) not in self.keyrings:
            try:
                self.keyrings[items, collection] = Keyring(self.build, self.work, items, collection)
            except (Missing, RuntimeError) as absent:
                self.keyring_reason = str(absent)
                self.missing.append(f"gnome-keyring: {absent}")
                return None
        return self.keyrings[items, collection]

    def program(self, name):
        path = os.path.join(self.build, "bench", name)
        if not os.path.exists(path):
            raise Missing(f"{name} was not built: a package is missing (packages.txt, group bench)")
        return path

    def close(self):
        for one in [*self.daemons.values(), *self.keyrings.values()]:
            one.close()


def measure_get(context):
    daemon, add = context.daemon(1000), context.samples.add
    floor = context.program("socket_floor")
    peers = {items: context.keyring(items) for items in (1000, 10000)}
    daemon.load("get", 0.3)
    for _ in range(context.rounds):
        add("floor/1", rate([floor, SECONDS, 1, 1]))
        before = cpu_seconds(daemon.pid)
        start = time.monotonic()
        got = daemon.load("get", SECONDS)
        add("get/1", got)
        # Starting and connecting lies in the time too, which is little against a second of gets.
        add("get cpu us", (cpu_seconds(daemon.pid) - before) / (got * min(time.monotonic() - start, SECONDS)) * 1e6)
        for items, peer in peers.items():
            if peer:
                add(f"keyring get/{items}", peer.get(SECONDS))
        add("floor/8", rate([floor, SECONDS, 1, 8]))
        add("get/8", daemon.load("get", SECONDS, 8))
        add("floor/deep", rate([floor, SECONDS, 64, 1]))
        add("pipelined/64", daemon.load("pipelined", SECONDS, 64))
        add("get-many/64", daemon.load("get-many", SECONDS, 64))


def measure_large(context):
    daemon = context.daemon(1000)
    for _ in range(context.rounds):
        daemon.load("large", "x20", 1)
        before = cpu_seconds(daemon.pid)
        daemon.load("large", "x100", 1)
        context.samples.add("large cpu us", (cpu_seconds(daemon.pid) - before) / 100 * 1e6)


def measure_search(context):
    daemon = context.daemon(10_000)
    for _ in range(context.rounds):
        context.samples.add("search/10000 ms", 1000 / daemon.load("search", "x5", 1))


def measure_masker(context):
    program = context.program("bench_masker")
    for _ in range(context.rounds):
        done = subprocess.run([program, "--benchmark_format=json", "--benchmark_min_time=0.2",
                               "--benchmark_filter=log_lines|beginnings"], capture_output=True, text=True, check=True)
        for one in json.loads(done.stdout)["benchmarks"]:
            context.samples.add(one["name"].replace("masker_", "masker/", 1), one["bytes_per_second"] / 1e6)
    measure_log_masking(context)


def measure_log_masking(context):
    program = context.program("bench_masking")
    for _ in range(context.rounds):
        done = subprocess.run([program, "--benchmark_format=json", "--benchmark_min_time=0.2",
                               "--benchmark_filter=copy_alone|ordinary_lines|worst_|live_for_one_answer/threads:1"],
                              capture_output=True, text=True, check=True)
        found = {one["name"]: one for one in json.loads(done.stdout)["benchmarks"]}
        speed = {name: one["bytes_per_second"] / 1e6 for name, one in found.items() if "bytes_per_second" in one}
        context.samples.add("masking/copy", speed["copy_alone"])
        context.samples.add("masking/ordinary lines", speed["pass/ordinary_lines"])
        context.samples.add("masking/worst", min(value for name, value in speed.items() if "worst_" in name))
        context.samples.add("masking/live ns", found["live_for_one_answer/threads:1"]["real_time"])


def measure_age(context):
    program = context.program("bench_age")
    for _ in range(context.rounds):
        done = subprocess.run([program, "--benchmark_format=json", "--benchmark_min_time=0.2"], capture_output=True,
                              text=True, check=True)
        for one in json.loads(done.stdout)["benchmarks"]:
            context.samples.add("age/" + one["name"].replace("age_", "").replace("_", " "),
                                one["bytes_per_second"] / 1e6)


def measure_rotation(context):
    """A new key for 10,000 secrets, while nothing else goes on and while they are read."""
    daemon, add = Daemon(context.build, context.work, "store-rotation").start(), context.samples.add
    try:
        daemon.fill(10_000)
        for _ in range(context.rounds):
            add("rotation/rewraps", rotate(context, daemon))
            add("rotation/get alone", daemon.load("get", SECONDS))
            add("rotation/get p99 alone us", daemon.times(SECONDS)["p99_us"][0])
            turning = subprocess.Popen(["sh", "-c", 'while :; do "$@" || exit; done', "sh",
                                        *command(context, daemon, "key", "rotate", "namespace", "--quiet")])
            add("rotation/get beside", daemon.load("get", SECONDS))
            add("rotation/get p99 beside us", daemon.times(SECONDS)["p99_us"][0])
            turning.kill()
            turning.wait()
    finally:
        daemon.close()


def rotate(context, daemon):
    """Items wrapped anew a second."""
    start = time.monotonic()
    subprocess.run(command(context, daemon, "key", "rotate", "namespace", "--quiet"), check=True)
    taken = time.monotonic() - start
    keys = subprocess.run(command(context, daemon, "key", "list", "--json"), capture_output=True, text=True, check=True)
    return json.loads(keys.stdout)["rewrapping"]["rewrapped"] / taken


PASSPHRASE = "of a store that holds nothing"


def measure_unlock(context):
    """From closed to the first secret, with 10,000 in the store: by a passphrase, and by the desktop's keychain."""
    peer, add = context.keyring(10), context.samples.add
    buses = {name: value for name, value in peer.environment.items() if name != "HOME"} if peer else {}
    daemon = Daemon(context.build, context.work, "store-unlock", environment=buses).start()
    try:
        daemon.fill(10_000)
        subprocess.run(command(context, daemon, "slot", "add", "passphrase"), input=PASSPHRASE.encode(), check=True,
                       stdout=subprocess.DEVNULL)
        if peer:
            subprocess.run(command(context, daemon, "slot", "add", "keychain"), check=True, stdout=subprocess.DEVNULL)
        for _ in range(context.rounds):
            before = anonymous_mib(daemon.pid)
            raw = results([context.program("argon2_floor"), "256", "3"])["ms"][0]
            opened = results([daemon.load_program, "unlock", daemon.socket, PASSPHRASE])["ms"][0]
            add("unlock/passphrase ms", opened)
            add("unlock/passphrase beyond Argon2id ms", opened - raw)
            time.sleep(1)
            add("unlock/memory not handed back MiB", anonymous_mib(daemon.pid) - before)
            if peer:
                opened = results([daemon.load_program, "unlock", daemon.socket, ""])["ms"][0]
                lookup = peer.first_lookup_ms()
                add("unlock/keychain ms", opened)
                add("unlock/keychain beyond libsecret ms", opened - lookup)
    finally:
        daemon.close()


def measure_keychain(context):
    """Values that lie in the keychain, against libsecret's own lookups there."""
    peer, add = context.keyring(100), context.samples.add
    if peer is None:
        return
    buses = {name: value for name, value in peer.environment.items() if name != "HOME"}
    daemon = Daemon(context.build, context.work, "store-keychain", ["--placement", "/=keychain:refuse"], buses).start()
    try:
        daemon.fill(100)
        for _ in range(context.rounds):
            lookup, got = 1e6 / peer.get(SECONDS), 1e6 / daemon.load("get", SECONDS)
            add("keychain/lookup us", lookup)
            add("keychain/get us", got)
            add("keychain/get beyond the lookup us", got - lookup)
    finally:
        daemon.close()


BACKED_UP_MIB = 1024


def measure_backup(context):
    """Secrets of a MiB each, against reading as much of the database and sealing it on one thread."""
    daemon, add = Daemon(context.build, context.work, "store-backup").start(), context.samples.add
    if subprocess.run(["sh", "-c", "command -v age-keygen"], capture_output=True, check=False).returncode != 0:
        raise Missing("age-keygen is not installed")
    key, file = (os.path.join(context.work, name) for name in ("backup.key", "store.age"))
    made = subprocess.run(["age-keygen", "-o", key], capture_output=True, text=True, check=True)
    recipient = made.stderr.split()[-1]
    zeros = ["dd", "if=/dev/zero", f"of={file}.zeros", "bs=1M", f"count={BACKED_UP_MIB}", "conv=fsync", "status=none"]
    try:
        daemon.fill_large(BACKED_UP_MIB)
        daemon.stop()  # so that everything lies in the database and nothing in its log
        daemon.start()
        for _ in range(context.rounds):
            os.sync()
            add("backup/floor", rate([context.program("sealing_floor"), daemon.database(), BACKED_UP_MIB]))
            add("backup/create", mib_a_second(command(context, daemon, "backup", "create", "--recipient", recipient,
                                                      "--output", file, "--quiet")))
            add("backup/verify", mib_a_second(command(context, daemon, "backup", "verify", file, "--identity", key)))
            daemon.stop()
            os.sync()
            add("backup/restore", mib_a_second([*daemon.command(), "--restore", file, "--identity", key, "--replace"]))
            daemon.remove_replaced()
            os.sync()
            add("backup/disk", mib_a_second(zeros))
            os.remove(f"{file}.zeros")
            os.remove(file)
            daemon.start()
    finally:
        daemon.close()


def mib_a_second(words):
    start = time.monotonic()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return BACKED_UP_MIB / (time.monotonic() - start)


def measure_growth(context):
    sizes = [10, 10_000] + ([1_000_000] if context.full else [])
    daemons = {items: context.daemon(items) for items in sizes}
    for items in sizes[1:]:
        daemons[items].drop_caches()
        context.samples.add(f"growth cold/{items}", daemons[items].first(1000))
    for items in sizes:  # warm: the system has read the whole file, each reader its inner pages
        for folder, _, names in os.walk(os.path.join(daemons[items].folder, "data")):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    while file.read(1 << 20):
                        pass
        daemons[items].load("pipelined", SECONDS, 64)
    for _ in range(context.rounds):
        for items in sizes:
            context.samples.add(f"growth/{items}", daemons[items].load("get", SECONDS))
        for items in sizes:
            context.samples.add(f"growth deep/{items}", daemons[items].load("pipelined", SECONDS, 64))
    if context.full:
        context.samples.add("pss/1000000", pss_mib(daemons[1_000_000].pid))


def measure_put(context):
    daemon, add = context.daemon(1000), context.samples.add
    peers = {items: context.keyring(items) for items in (1000, 10000)}
    for _ in range(3):  # so that the rows are those of a secret with several versions
        daemon.load("put", SECONDS, 32)
    sizes = daemon.row_sizes()
    for n in range(context.rounds):
        folder = os.path.join(context.work, f"sqlite-{n}")
        os.mkdir(folder)
        add("sqlite", rate([context.program("sqlite_floor"), folder, SECONDS, daemon.items, *sizes]))
        try:
            add("sqlcipher", rate([context.program("sqlcipher_floor"), folder, SECONDS, daemon.items, *sizes]))
        except Missing as absent:
            if n == 0:
                context.missing.append(f"SQLCipher: {absent}")
        for clients in (1, 8, 32):
            add(f"put/{clients}", daemon.load("put", SECONDS, clients))
        for items, peer in peers.items():
            if peer:
                add(f"keyring put/{items}", peer.put(20 if items == 1000 else 4, 10))
    if os.geteuid() == 0:
        add("pss/after load", pss_mib(daemon.pid))


def measure_audit(context):
    """The log alone against its floor, then gets whose event is on the disk before the answer."""
    add = context.samples.add
    folder = os.path.join(context.work, "audit")
    done = subprocess.run([context.program("bench_audit"), folder, str(1_000_000)], capture_output=True, text=True,
                          check=True)
    figures = json.loads(done.stdout)
    for name, value in figures.items():
        add(f"audit/{name}", value)
    add("audit/open with the large log, of without",
        figures["open with the large log ms"] / figures["open without events ms"])
    written = context.daemon(1000)
    synced = Daemon(context.build, context.work, "store-synced", ["--audit-reveals", "synced"]).start()
    try:
        synced.fill(1000)
        for _ in range(context.rounds):
            add("audit/get written/1", written.load("get", SECONDS))
            add("audit/get written/8", written.load("get", SECONDS, 8))
            for clients in (1, 32):
                add(f"audit/get synced/{clients}", synced.load("get", SECONDS, clients))
            add("put floor/32", rate([context.program("put_floor"), SECONDS, 1, 32, os.path.join(folder, "put_floor")]))
    finally:
        synced.close()
    # A put waits for one sync of the log and then for one commit of its rows.
    if "sqlite" in context.samples.values:
        commit = statistics.median(context.samples.values["sqlite"])
        add("audit/sync and commit", 1 / (1 / figures["floor durable each, per second"] + 1 / commit))
    # What the log adds to a get that would take the rest of the processors' time. Clients that wait for each other's
    # appends leave a processor idle, which this counts as time of the get: it is a little too good then.
    for clients in (1, 8):
        processors = min(clients, os.cpu_count())
        whole = 1e6 * processors / statistics.median(context.samples.values[f"audit/get written/{clients}"])
        own = figures["append written us"]
        add(f"audit/share of a get/{clients}", own / max(whole - own, own))


def measure_plugins(context):
    """Calls into a plugin's process, and a storage there instead of in the daemon's."""
    add = context.samples.add
    program = os.path.join(context.build, "bin/bench_plugin_calls")
    inside = context.daemon(1000)
    apart = Daemon(context.build, context.work, "store-apart", ["--storage-isolation", "runner"]).start()
    watched = Daemon(context.build, context.work, "store-watched").start()
    try:
        apart.fill(1000)
        watched.fill(1000)
        subprocess.run(command(context, watched, "plugin", "enable", "io.strongroom.monitor.prometheus"), check=True,
                       capture_output=True)
        for _ in range(context.rounds):
            add("plugins/calls", rate([program, "calls", SECONDS]))
            add("plugins/echo", rate([program, "echo", SECONDS]))
            for kind, clients in (("get", 1), ("put", 1), ("put", 32)):
                add(f"plugins/inside {kind}/{clients}", inside.load(kind, SECONDS, clients))
                add(f"plugins/apart {kind}/{clients}", apart.load(kind, SECONDS, clients))
            watched.load("get", "x10", 1)
            for child in children_of(watched.pid):
                os.kill(child, signal.SIGSTOP)
            add("plugins/get beside a sleeping monitor", watched.load("get", SECONDS))
    finally:
        apart.close()
        watched.close()


EXPORTED = "seq,time,actor,action,paths,decision,result,client"


def measure_export(context):
    """A million events of a real log as rows of eight columns, beside the C library and libxlsxwriter alone."""
    add = context.samples.add
    daemon = Daemon(context.build, context.work, "store-export").start()
    try:
        daemon.fill(1000)
        while audit_entries(context, daemon) < 1_000_000:
            daemon.load("pipelined", 2, 64)
        for _ in range(3):
            for kind in ("csv", "xlsx"):
                file = os.path.join(context.work, "rows." + kind)
                add(f"export/{kind}", export(context, daemon, file))
                add(f"export/{kind} floor", rate([context.program("rows_floor"), kind, 1_000_000, file]))
                os.unlink(file)
        for kind in ("csv", "xlsx"):
            grown = [memory_of_export(context, daemon, kind, share) for share in (0.1, 1)]
            add(f"export/{kind} memory MiB", grown[1])
            add(f"export/{kind} memory of more rows MiB", grown[1] - grown[0])
    finally:
        daemon.close()


def command(context, daemon, *words):
    return [os.path.join(context.build, "bin/strongroom"), *words, "--no-start", "--socket", daemon.socket]


def audit_entries(context, daemon):
    done = subprocess.run(command(context, daemon, "status", "--json"), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["audit"]["entries"]


def export(context, daemon, file, *words):
    """Rows a second."""
    start = time.monotonic()
    done = subprocess.run(command(context, daemon, "export", "audit", "--columns", EXPORTED, "--output", file, "--force",
                                  "--json", *words), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["rows"] / (time.monotonic() - start)


def memory_of_export(context, daemon, kind, share):
    """What the daemon and the exporter's process take at most beyond what the daemon took before, for a share of the
    events."""
    with open(f"/proc/{daemon.pid}/clear_refs", "w", encoding="ascii") as file:
        file.write("5")
    before = status_mib(daemon.pid, "VmRSS")
    file = os.path.join(context.work, "memory." + kind)
    words = [] if share == 1 else ["--until", quantile_time(context, daemon, share)]
    running = subprocess.Popen(command(context, daemon, "export", "audit", "--columns", EXPORTED, "--output", file,
                                       "--force", *words), stdout=subprocess.DEVNULL)
    exporter = 0
    while running.poll() is None:
        for child in children_of(daemon.pid):
            exporter = max(exporter, anonymous_mib(child))
        time.sleep(0.02)
    os.unlink(file)
    return status_mib(daemon.pid, "VmHWM") - before + exporter


def quantile_time(context, daemon, share):
    """When the log had this share of its events."""
    done = subprocess.run(command(context, daemon, "audit", "show", str(int(audit_entries(context, daemon) * share)),
                                  "--json"), capture_output=True, text=True, check=True)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(json.loads(done.stdout)["time_s"]))


def measure_process(context):
    daemon = context.daemon(1000)
    peer = context.keyring(1000)
    commands = {"true": "/bin/true",
                "read": f"{context.build}/bin/strongroom read --no-start strongroom://service-00000/key-00000007",
                "timeout": "/usr/bin/timeout 60 /bin/true",
                "run": f"{context.build}/bin/strongroom run --no-start --env "
                       "A=strongroom://service-00000/key-00000007 -- /bin/true"}
    environment = {"HOME": daemon.folder, "PATH": os.environ["PATH"], "STRONGROOM_SOCKET": daemon.socket}
    if peer:
        commands["secret-tool"] = "secret-tool lookup service bench id 7"
        environment.update(peer.environment)
    found = results([context.program("process_times"), str(PROCESS_ROUNDS), *commands.values()], environment)
    for number, name in enumerate(commands):
        context.samples.values[f"process/{name}"] = found[str(number)]


def measure_start(context):
    daemon = context.daemon(10_000)
    peer = context.keyring(10, "login")
    for _ in range(context.rounds):
        daemon.stop()
        found = results([daemon.load_program, "start", daemon.socket, *daemon.command()])
        daemon.start()
        context.samples.add("start/answer", found["answer_ms"][0])
        context.samples.add("start/secret", found["secret_ms"][0])
        if peer:
            answer, secret = peer.restart()
            context.samples.add("keyring start/answer", answer)
            context.samples.add("keyring start/secret", secret)


def measure_idle(context):
    """After a start, a look at some secrets, and a while without a client."""
    empty, filled = context.daemon(0), context.daemon(10_000)
    filled.stop()
    filled.start()
    filled.first(200)
    time.sleep(2)
    before = context_switches(empty.pid) + context_switches(filled.pid)
    time.sleep(IDLE_SECONDS)
    context.samples.add("idle switches", context_switches(empty.pid) + context_switches(filled.pid) - before)
    for items, name in ((0, "empty"), (10_000, "10000")):
        context.samples.add(f"pss/{name}", pss_mib(context.daemon(items).pid))
        peer = context.keyring(items)
        if peer:
            context.samples.add(f"keyring pss/{name}", pss_mib(peer.pid))


SECTIONS = {"get": measure_get, "large": measure_large, "search": measure_search, "masker": measure_masker, "age": measure_age, "growth": measure_growth, "put": measure_put, "audit": measure_audit, "rotation": measure_rotation, "unlock": measure_unlock, "keychain": measure_keychain, "backup": measure_backup, "plugins": measure_plugins, "export": measure_export, "process": measure_process,
            "start": measure_start, "idle": measure_idle}
