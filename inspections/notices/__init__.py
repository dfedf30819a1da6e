"""What we tell people, by capability. Celery finds the tasks through this package."""

from inspections.notices import guidance as guidance
from inspections.notices import phone as phone
from inspections.notices import planning as planning
from inspections.notices import visits as visits
