"""The menu as people see it, and whom the pages talk to: nobody."""

from browser import page, settle, visit


def test_every_page_is_in_the_menu_and_nobody_else_is_asked(app_server, chromium):
    """All pages are one click away, and no request leaves this machine."""
    asked = []
    with page(chromium) as screen:
        screen.on("request", lambda request: asked.append(request.url))
        visit(screen, app_server.url)
        menu = screen.get_by_test_id("stSidebarNav")
        for name in ("Upload", "Customers", "Segments", "Insights", "Follow-ups", "History", "Today"):
            menu.get_by_text(name, exact=True).click()
            settle(screen)
    strangers = [url for url in asked if not url.startswith((app_server.url, "data:", "blob:", "ws:"))]
    assert strangers == []
