"""演练: a campaign played at a date the office chooses, on a copy of the units, and thrown away as a whole (`accounts.rehearsing`)."""

from xuancheng_portal.rehearsals.copying import create_rehearsal as create_rehearsal
from xuancheng_portal.rehearsals.deleting import delete_rehearsal as delete_rehearsal
from xuancheng_portal.rehearsals.moving import move_rehearsal as move_rehearsal
