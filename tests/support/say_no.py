"""Answers every prompt of gnome-keyring as somebody does who presses "Cancel".

usage: say_no.py      until it is killed

The two interfaces are those of libgcr's prompter (org.gnome.keyring.internal.Prompter): the keyring begins, is told
that the prompter is ready, says what to ask, and is told "no".
"""
from gi.repository import Gio, GLib

PATH = "/org/gnome/keyring/Prompter"
CALLBACK = "org.gnome.keyring.internal.Prompter.Callback"
INTERFACE = """<node><interface name='org.gnome.keyring.internal.Prompter'>
<method name='BeginPrompting'><arg type='o' direction='in'/></method>
<method name='PerformPrompt'><arg type='o' direction='in'/><arg type='s' direction='in'/>
<arg type='a{sv}' direction='in'/><arg type='s' direction='in'/></method>
<method name='StopPrompting'><arg type='o' direction='in'/></method></interface></node>"""


def answer(bus, sender, _path, _interface, method, parameters, invocation):
    invocation.return_value(None)
    callback = parameters.unpack()[0]

    def tell(what, values):
        bus.call(sender, callback, CALLBACK, what, values, None, Gio.DBusCallFlags.NONE, -1, None, None)

    if method == "BeginPrompting":
        tell("PromptReady", GLib.Variant("(sa{sv}s)", ("", {}, "")))
    elif method == "PerformPrompt":
        tell("PromptReady", GLib.Variant("(sa{sv}s)", ("no", {}, parameters.unpack()[3])))
    else:
        tell("PromptDone", GLib.Variant("()", ()))


def main():
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    bus.register_object(PATH, Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0], answer, None, None)
    for name in ("org.gnome.keyring.SystemPrompter", "org.gnome.keyring.PrivatePrompter"):
        Gio.bus_own_name_on_connection(bus, name, Gio.BusNameOwnerFlags.NONE, None, None)
    GLib.MainLoop().run()


main()
