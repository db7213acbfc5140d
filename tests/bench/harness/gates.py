"""What is promised. A gate compares two measured names (or one with a fixed bound)."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Gate:
    what: str
    ours: str
    base: str  # name of a sample, or "" for a bound in the sample's own unit
    against: str
    gate: float | None  # None: nothing is promised, the row is there to be followed
    stretch: float | None = None
    at_most: bool = False

    def passes(self, value, bound):
        return value <= bound if self.at_most else value >= bound


GATES = [
    Gate("get, 1 client", "get/1", "floor/1", "socket + AEAD floor", 0.75),
    Gate("get, 1 client", "get/1", "keyring get/1000", "gnome-keyring, 1,000 items", 15),
    Gate("get, 1 client", "get/1", "keyring get/10000", "gnome-keyring, 10,000 items", 80),
    Gate("daemon's CPU for a get, us", "get cpu us", "", "a bound", 20, 12, at_most=True),
    Gate("get, 8 clients", "get/8", "floor/8", "floor, 8 clients", 0.45, 0.65),
    Gate("get, 64 deep", "pipelined/64", "floor/deep", "floor, 64 deep", 0.15, 0.25),
    Gate("GetMany of 64", "get-many/64", "floor/deep", "floor, 64 deep", 0.20, 0.45),
    Gate("daemon's CPU for a get of 1 MiB, us", "large cpu us", "", "a bound", None, at_most=True),
    Gate("search among 10,000, ms", "search/10000 ms", "", "a bound", None, at_most=True),
    Gate("masker, 20 secrets, log lines, MB/s", "masker/log_lines", "", "a bound", 200),
    Gate("masker, beginnings of secrets only, MB/s", "masker/beginnings_only", "", "a bound", None),
    Gate("age: decryption, MB/s", "age/decrypt", "age/floor decrypt", "ChaCha20-Poly1305 alone", 0.9),
    Gate("age: encryption, MB/s", "age/encrypt", "age/floor encrypt", "ChaCha20-Poly1305 alone", 0.85),
    Gate("log masking, ordinary lines, MB/s", "masking/ordinary lines", "", "a bound", 100),
    Gate("log masking, the worst text, MB/s", "masking/worst", "", "a bound", None),
    Gate("log masking, ordinary lines", "masking/ordinary lines", "masking/copy", "copying them", None),
    Gate("log: a value made live for an answer, ns", "masking/live ns", "", "a bound", 920, at_most=True),  # 2 % of 46 us
    Gate("new key: items wrapped anew a second", "rotation/rewraps", "", "a bound", 20_000),
    Gate("get beside new keys", "rotation/get beside", "rotation/get alone", "get alone", None),
    Gate("get beside new keys, p99", "rotation/get p99 beside us", "rotation/get p99 alone us", "get alone", 1.2,
         at_most=True),
    Gate("unlock by passphrase to first get, beyond Argon2id, ms", "unlock/passphrase beyond Argon2id ms", "", "a bound",
         50, at_most=True),
    Gate("memory of it a second later, MiB", "unlock/memory not handed back MiB", "", "a bound", 4, at_most=True),
    Gate("unlock by keychain, beyond libsecret's lookup, ms", "unlock/keychain beyond libsecret ms", "", "a bound", 20,
         at_most=True),
    Gate("get from the keychain, beyond libsecret's lookup, us", "keychain/get beyond the lookup us", "", "a bound",
         100, at_most=True),
    Gate("backup, MiB/s", "backup/create", "backup/floor", "reading and sealing", 0.5),
    Gate("backup: verify, MiB/s", "backup/verify", "backup/floor", "reading and sealing", 0.7),
    Gate("backup: restore, MiB/s", "backup/restore", "backup/floor", "reading and sealing", 0.5),
    Gate("backup: restore, MiB/s", "backup/restore", "backup/disk", "writing and syncing zeros", None),
    Gate("get at 10,000", "growth/10000", "growth/10", "get at 10", 0.8, 0.9),
    Gate("get at 1,000,000", "growth/1000000", "growth/10", "get at 10", 0.6, 0.9),
    Gate("durable put, 1 client", "put/1", "sqlite", "plain SQLite", 0.6, 0.8),
    Gate("durable put, 8 clients", "put/8", "sqlite", "plain SQLite", 2, 3),
    Gate("durable put, 32 clients", "put/32", "sqlite", "plain SQLite", 5, 6),
    Gate("durable put, 1 client", "put/1", "keyring put/1000", "gnome-keyring, 1,000 items", 60),
    Gate("durable put, 1 client", "put/1", "keyring put/10000", "gnome-keyring, 10,000 items", 600),
    Gate("log: append, durable each", "audit/append durable each, of the floor", "", "a bound", 0.8),
    Gate("log: append, groups of 64", "audit/append groups of 64, of the floor", "", "a bound", 0.5),
    Gate("log: its share of a written get, 1 client", "audit/share of a get/1", "", "a bound", 0.15, at_most=True),
    Gate("log: its share of a written get, 8 clients", "audit/share of a get/8", "", "a bound", 0.15, at_most=True),
    Gate("log: CPU of an event, tree included, us", "audit/append and follow cpu us", "", "a bound", 8, at_most=True),
    Gate("get, synced, 1 client", "audit/get synced/1", "audit/floor durable each, per second", "append + fdatasync", 0.75),
    Gate("get, synced, 32 clients", "audit/get synced/32", "put floor/32", "durable answers, 32 clients", 0.6),
    Gate("durable put with the log, 1 client", "put/1", "audit/sync and commit", "one log sync, then one commit", 0.8),
    Gate("durable put with the log, 32 clients", "put/32", "sqlcipher", "SQLCipher, one a commit", 5),
    Gate("log: verification", "audit/verification, of libsodium's SHA-256", "", "a bound", 0.4),
    Gate("log: first page among 1,000,000, p99 ms", "audit/query first page p99 ms", "", "a bound", 20, at_most=True),
    Gate("log: start with 1,000,000, of none", "audit/open with the large log, of without", "", "a bound", 2, at_most=True),
    Gate("log: proof of one among 1,000,000, ms", "audit/proof p99 ms", "", "a bound", 5, at_most=True),
    Gate("call into a plugin's process and back", "plugins/calls", "plugins/echo", "an echo between processes", 0.6),
    Gate("get, storage in a process", "plugins/apart get/1", "plugins/inside get/1", "in the daemon's", 0.5),
    Gate("put, storage in a process", "plugins/apart put/1", "plugins/inside put/1", "in the daemon's", None),
    Gate("bulk put, storage in a process", "plugins/apart put/32", "plugins/inside put/32", "in the daemon's", 0.7),
    Gate("get while a monitor sleeps", "plugins/get beside a sleeping monitor", "plugins/inside get/1", "without one", 0.95),
    Gate("csv of 1,000,000 events, rows a second", "export/csv", "export/csv floor", "fprintf alone", 0.2),
    Gate("csv of 1,000,000 events, rows a second", "export/csv", "", "a bound", 300_000),
    Gate("xlsx of 1,000,000 events, rows a second", "export/xlsx", "export/xlsx floor", "libxlsxwriter alone", 0.9, 2),
    Gate("csv: memory of the export, MiB", "export/csv memory MiB", "", "a bound", 16, at_most=True),
    Gate("xlsx: memory of the export, MiB", "export/xlsx memory MiB", "", "a bound", 16, at_most=True),
    Gate("csv: memory of ten times the rows, MiB", "export/csv memory of more rows MiB", "", "a bound", 2, at_most=True),
    Gate("xlsx: memory of ten times the rows, MiB", "export/xlsx memory of more rows MiB", "", "a bound", 2, at_most=True),
    Gate("strongroom read, process", "process/read", "process/true", "/bin/true", 2.0, 1.5, at_most=True),
    Gate("strongroom run -- true, one secret", "process/run", "process/true", "/bin/true", None, at_most=True),
    Gate("strongroom run -- true, one secret", "process/run", "process/timeout", "timeout /bin/true (fork, exec)", None,
         at_most=True),
    Gate("strongroom read, process", "process/read", "process/secret-tool", "secret-tool lookup", 1 / 7, at_most=True),
    Gate("start to first answer, 10,000", "start/answer", "keyring start/answer", "gnome-keyring with 10", 0.6, 0.4,
         at_most=True),
    Gate("start to first secret, 10,000", "start/secret", "keyring start/secret", "gnome-keyring with 10", 0.6, 0.4,
         at_most=True),
    Gate("idle memory, empty", "pss/empty", "keyring pss/empty", "gnome-keyring, empty", 1.2, 1.0, at_most=True),
    Gate("idle memory, 10,000", "pss/10000", "keyring pss/10000", "gnome-keyring, 10,000", 0.3, at_most=True),
    Gate("context switches in 40 s idle", "idle switches", "", "a bound", 0, at_most=True),
]

# Reported beside the gates.
NOTES = [
    ("growth cold/10000", "first 1,000 gets at 10,000, cold, per second"),
    ("growth cold/1000000", "first 1,000 gets at 1,000,000, cold, per second"),
    ("growth deep/10", "64 deep at 10, per second"),
    ("growth deep/10000", "64 deep at 10,000, per second"),
    ("growth deep/1000000", "64 deep at 1,000,000, per second"),
    ("fill/10000", "filling 10,000, seconds"),
    ("fill/1000000", "filling 1,000,000, seconds"),
    ("audit/append written us", "one event into the kernel, us"),
    ("audit/verification s", "verification of the large log, seconds"),
    ("audit/large log MiB", "the large log, MiB"),
    ("audit/index of the large log s", "making its index, seconds"),
    ("audit/peak memory MiB", "peak memory of all this, MiB"),
    ("pss/after load", "memory right after all the gets and puts, MiB"),
    ("pss/1000000", "memory with 1,000,000 after the gets, MiB"),
]
