"""A desktop's notification daemon, for one session bus: it prints what it is asked to show.

First `pid PID` and `address ADDRESS`, once it can be asked; then a line `shown JSON` for each notification.
https://specifications.freedesktop.org/notification-spec
"""

import json
import os

import dbus
import dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

NAME = "org.freedesktop.Notifications"


class Daemon(dbus.service.Object):
    @dbus.service.method(NAME, in_signature="susssasa{sv}i", out_signature="u")
    def Notify(self, app, replaces, icon, title, body, actions, hints, timeout):
        shown = {"app": str(app), "title": str(title), "body": str(body)}
        print("shown", json.dumps(shown), flush=True)
        return 1

    @dbus.service.method(NAME, out_signature="as")
    def GetCapabilities(self):
        return ["body", "body-markup"]

    @dbus.service.method(NAME, out_signature="ssss")
    def GetServerInformation(self):
        return ("test", "test", "1", "1.2")


DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()
name = dbus.service.BusName(NAME, bus)
Daemon(bus, "/org/freedesktop/Notifications")
print("pid", os.getpid())
print("address", os.environ["DBUS_SESSION_BUS_ADDRESS"], flush=True)
GLib.MainLoop().run()
