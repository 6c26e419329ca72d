"""The day on which a run began: tests that count from it stay on it, whatever the clock strikes."""

from datetime import time

from crm.core import clock

TODAY = clock.today()
NOON = clock.paris_instant(TODAY, time(12))
