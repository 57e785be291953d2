"""Reads every calendar part of the letters in FOLDER/<story>/ with the programs of
others: circuit-maintenance-parser and icalendar, and for the story named `calendar`
khal. Says what is wrong and ends with 1, or counts what was read."""

import datetime
import email
import email.policy
import pathlib
import subprocess
import sys
import tempfile

import icalendar
from circuit_maintenance_parser import NotificationData, init_provider

KHAL = """[calendars]
[[desk]]
path = {folder}/calendar
[locale]
local_timezone = UTC
default_timezone = UTC
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {folder}/khal.db
"""


def need(truth, where, what):
    if not truth:
        sys.exit(f"{where}: {what}")


def events(folder):
    """Every calendar part: (file, mail, part), in the order of the letters."""
    for path in sorted(folder.iterdir(), key=lambda path: path.name.split("-")[1]):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for part in mail.walk():
            if part.get_content_type() == "text/calendar":
                yield path, mail, part


def read(path, mail, part):
    """One part, as both parsers see it."""
    parts = [piece.get_content_type() for piece in mail.iter_parts()]
    need(parts == ["text/plain", "text/calendar"], path, f"parts {parts}")
    raw = part.get_payload(decode=True)
    calendar = icalendar.Calendar.from_ical(raw)
    found = calendar.walk("VEVENT")
    need(len(found) == 1, path, f"{len(found)} events")
    event = found[0]
    need(not event.errors, path, f"{event.errors}")
    method = part.get_param("method")
    need(method == calendar.get("METHOD"), path, f"method {method}, METHOD {calendar.get('METHOD')}")
    need((mail.get_content_subtype() == "alternative") == (method is not None), path, "alternative or file")
    maintenances = list(init_provider().get_maintenances(NotificationData.init_from_raw("ical", raw)))
    need(len(maintenances) == 1, path, f"{len(maintenances)} maintenances")
    seen = maintenances[0]
    author = mail["From"].addresses[0].addr_spec
    reader = mail["To"].addresses[0].addr_spec
    for name, ours, theirs in [
        ("id", str(event["UID"]).split("@")[0], seen.maintenance_id),
        ("id in the subject", True, f"[{seen.maintenance_id}]" in mail["Subject"]),
        ("uid", str(event["UID"]), seen.uid),
        ("status", str(event["X-MAINTNOTE-STATUS"]), seen.status.value),
        ("cancelled", seen.status.value == "CANCELLED", str(event["STATUS"]) == "CANCELLED"),
        ("cancelled by method", method in (None, "CANCEL"), method is None or seen.status.value == "CANCELLED"),
        ("start", event["DTSTART"].dt.timestamp(), seen.start),
        ("end", event["DTEND"].dt.timestamp(), seen.end),
        ("stamp", event["DTSTAMP"].dt.timestamp(), seen.stamp),
        ("in UTC", datetime.timedelta(0), event["DTSTART"].dt.utcoffset()),
        ("sequence", event["SEQUENCE"], seen.sequence),
        ("organizer", f"mailto:{author}", str(event["ORGANIZER"])),
        ("organizer is bare", 0, len(event["ORGANIZER"].params)),
        ("organizer, their reading", f"mailto:{author}", seen.organizer),
        ("impact", ["OUTAGE"], [circuit.impact.value for circuit in seen.circuits]),
        ("attendee", None if method is None else f"mailto:{reader}", event.get("ATTENDEE")),
    ]:
        need(ours == theirs, path, f"{name}: {ours} and {theirs}")
    need(method is None or event["ATTENDEE"].params["RSVP"] == "TRUE", path, "no answer is asked for")
    return seen, reader, raw


def in_order(path, seen, last):
    """Copies of one change agree; the next change has higher numbers."""
    if last is None:
        return
    need(seen.organizer == last.organizer, path, "another organizer")
    need(seen.sequence >= last.sequence, path, f"SEQUENCE {seen.sequence} after {last.sequence}")
    if seen.sequence == last.sequence:
        same = lambda one: (one.stamp, one.start, one.end, one.status)
        need(same(seen) == same(last), path, f"two changes with SEQUENCE {seen.sequence}")
    else:
        need(seen.stamp > last.stamp, path, "DTSTAMP did not rise")


class Khal:
    """A reader's calendar program."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.config = pathlib.Path(self.folder.name, "khal.conf")
        self.config.write_text(KHAL.format(folder=self.folder.name))
        pathlib.Path(self.folder.name, "calendar").mkdir()

    def run(self, *words):
        program = pathlib.Path(sys.executable).with_name("khal")
        command = [program, "-c", self.config, *words]
        surroundings = {"HOME": self.folder.name, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=120)
        need(done.returncode == 0, "khal", done.stderr)
        return done.stdout

    def imported(self, path, raw, seen):
        file = pathlib.Path(self.folder.name, "one.ics")
        file.write_bytes(raw)
        self.run("import", "--batch", "-a", "desk", file)
        shown = self.run("list", "--once", "--format", "{uid}|{start}|{end}|{status}", "2026-01-01", "730d")
        lines = [line.strip() for line in shown.splitlines() if line.startswith(seen.uid)]
        at = lambda second: datetime.datetime.fromtimestamp(second, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M")
        word = "CANCELLED" if seen.status.value == "CANCELLED" else "CONFIRMED"
        expected = [f"{seen.uid}|{at(seen.start)}|{at(seen.end)}|{word}"]
        need(lines == expected, path, f"khal shows {lines}, expected {expected}")


def main():
    letters, imports, uids = 0, 0, set()
    for story in sorted(pathlib.Path(sys.argv[1]).iterdir()):
        last, calendars = {}, {}
        for path, mail, part in events(story):
            seen, reader, raw = read(path, mail, part)
            in_order(path, seen, last.get(seen.uid))
            last[seen.uid] = seen
            letters += 1
            uids.add((story.name, seen.uid))
            if story.name == "calendar":
                calendars.setdefault(reader, Khal()).imported(path, raw, seen)
                imports += 1
    print(f"{letters} letters about {len(uids)} events, {imports} imports")


main()
