"""The tamper zoo: every way to alter a log, a proof or an export that has to be detected and located.

See tamper.py for how an attack looks.
"""

import zoo_archive  # noqa: F401
import zoo_checkpoints  # noqa: F401
import zoo_disclosed  # noqa: F401
import zoo_entries  # noqa: F401
import zoo_export  # noqa: F401
import zoo_files  # noqa: F401
import zoo_keys  # noqa: F401
import zoo_proof  # noqa: F401
import zoo_rules  # noqa: F401
import zoo_slots  # noqa: F401
from tamper import BESIDE, HARMLESS  # noqa: F401
from tamper import REGISTRY as ATTACKS  # noqa: F401
