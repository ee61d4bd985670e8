"""Looks at the dashboards before they are deployed: as one page, drawn from what is synthesized."""
