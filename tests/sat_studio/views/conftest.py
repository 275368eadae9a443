"""A window with microphones, and one that records."""

import pytest
from fake_session import DESK, HEADSET, MONITOR, FakeSession

from sat_studio.app import App


@pytest.fixture
def desk(app: App, session: FakeSession) -> App:
    """Return the program with two microphones and a monitor, nothing asked yet."""
    session.plug(DESK, HEADSET, MONITOR)
    app.bridge.poll()
    return app


@pytest.fixture
def recording(desk: App, session: FakeSession) -> App:
    """Return the program after five seconds of a recording that is kept."""
    desk.studio.keeping.choose("always")
    desk.window.top_bar.record.click()
    for _ in range(50):
        session.advance(0.1)
        desk.bridge.poll()
    return desk
