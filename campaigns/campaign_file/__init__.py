"""A campaign file: read safely, and refused with every finding at once or handed on as it stands.

Three looks, each adding to the same list: how it is written (YAML), whether it has the shape, whether it agrees with itself.
"""

from campaigns.campaign_file.meaning import DEFAULT_OPENS as DEFAULT_OPENS
from campaigns.campaign_file.meaning import DEFAULT_TIMEZONE as DEFAULT_TIMEZONE
from campaigns.campaign_file.meaning import applied_tracks as applied_tracks
from campaigns.campaign_file.meaning import bounds as bounds
from campaigns.campaign_file.meaning import merged_legend as merged_legend
from campaigns.campaign_file.reading import read as read
from campaigns.campaign_file.shape import CODE as CODE
from campaigns.campaign_file.shape import STEP as STEP
from campaigns.campaign_file.yaml_text import LARGEST as LARGEST
from campaigns.campaign_file.yaml_text import UNSEEN as UNSEEN
from campaigns.campaign_file.yaml_text import plain as plain
from campaigns.campaign_file.yaml_text import write as write
