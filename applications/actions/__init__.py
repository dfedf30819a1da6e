"""What happens to an application. The only writers of its rows; each verb asks the rules again, told who and when."""

from applications.actions.county import recommend as recommend
from applications.actions.county import return_to_unit as return_to_unit
from applications.actions.county import set_county_order as set_county_order
from applications.actions.evidence import attach_file as attach_file
from applications.actions.evidence import attach_link as attach_link
from applications.actions.evidence import remove_evidence as remove_evidence
from applications.actions.evidence import restore_evidence as restore_evidence
from applications.actions.filling import mark_done as mark_done
from applications.actions.filling import reopen as reopen
from applications.actions.filling import save_response as save_response
from applications.actions.filling import start as start
from applications.actions.listing import hold as hold
from applications.actions.listing import release as release
from applications.actions.listing import seal as seal
from applications.actions.locking import Stale as Stale
from applications.actions.locking import refuse as refuse
from applications.actions.office import accept as accept
from applications.actions.office import approve_exemption as approve_exemption
from applications.actions.office import decline as decline
from applications.actions.office import move_due as move_due
from applications.actions.office import refuse_exemption as refuse_exemption
from applications.actions.office import remind as remind
from applications.actions.office import return_items as return_items
from applications.actions.sending import submit as submit
from applications.actions.sending import take_back as take_back
from applications.actions.sending import withdraw as withdraw
