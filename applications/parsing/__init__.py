"""Opens what strangers sent, in a small process of its own with little memory and little time.

`run` starts `__main__.py` as a script. The child imports nothing of the portal but this package, inherits no environment
(so no secret), reads one file from its standard input and answers with the outcome; whatever the file does to it, the
portal only sees a child that ended. A file is judged as a whole: where its format says it ends, it must end.
The modules here import one another relatively, as the child knows the package by another name.
"""

from .compounds import OLE_MAGIC as OLE_MAGIC
from .drawing import MAX_PAGES as MAX_PAGES
from .limits import MEMORY as MEMORY
from .limits import limit_this_process as limit_this_process
from .pictures import MAX_PIXELS as MAX_PIXELS
from .refusing import Rejected as Rejected
from .running import OUT_OF_TIME as OUT_OF_TIME
from .running import run as run
from .running import run_child as run_child
from .templates import DATA_BEGINS as DATA_BEGINS
from .templates import DATA_BREAKS as DATA_BREAKS
from .templates import DATA_ENDS as DATA_ENDS
