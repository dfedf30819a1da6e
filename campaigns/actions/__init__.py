"""What happens to a campaign: it is loaded, its settings and dates change, a unit gets an extension, a county sets its own end."""

from campaigns.actions.loading import add_phase as add_phase
from campaigns.actions.loading import change_day as change_day
from campaigns.actions.loading import change_phase as change_phase
from campaigns.actions.loading import change_settings as change_settings
from campaigns.actions.loading import change_track as change_track
from campaigns.actions.loading import clear_cutoff as clear_cutoff
from campaigns.actions.loading import delete_draft as delete_draft
from campaigns.actions.loading import free_key as free_key
from campaigns.actions.loading import grant_extension as grant_extension
from campaigns.actions.loading import hold as hold
from campaigns.actions.loading import import_days as import_days
from campaigns.actions.loading import load_campaign as load_campaign
from campaigns.actions.loading import publish_campaign as publish_campaign
from campaigns.actions.loading import remember as remember
from campaigns.actions.loading import remove_day as remove_day
from campaigns.actions.loading import remove_minimum as remove_minimum
from campaigns.actions.loading import remove_phase as remove_phase
from campaigns.actions.loading import remove_track as remove_track
from campaigns.actions.loading import save_minimum as save_minimum
from campaigns.actions.loading import seed_calendar as seed_calendar
from campaigns.actions.loading import set_cutoff as set_cutoff
from campaigns.actions.loading import shift_dates as shift_dates
