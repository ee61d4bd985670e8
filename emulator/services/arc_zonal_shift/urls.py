"""The paths of the service."""

from emulator.services.arc_zonal_shift.responses import ZonalShiftResponse

url_bases = [r"https?://arc-zonal-shift\.(.+)\.amazonaws\.com"]

url_paths = {
    "{0}/zonalshifts$": ZonalShiftResponse.dispatch,
    "{0}/zonalshifts/(?P<zonalShiftId>[^/]+)$": ZonalShiftResponse.dispatch,
    "{0}/managedresources/(?P<resourceIdentifier>.+)$": ZonalShiftResponse.dispatch,
}
