"""The status page, for people."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from app.page import CONTENT_SECURITY_POLICY, render
from app.service import TheService

router = APIRouter()


@router.get("/", include_in_schema=False)
async def status(service: TheService) -> HTMLResponse:
    """What runs where, and how its tiers answer."""
    parts = await service.readiness.parts()
    pools = {pool.name: pool.state() for pool in service.database.pools}
    page = render(service.identity, parts=parts, pools=pools)
    return HTMLResponse(page, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})
