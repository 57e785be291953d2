# Reads batches of mails and answers with the authors that CPython names.
# In: a count, then as many mails, each behind its length. Out: the length of a
# JSON list with one {reading: [address]} a mail. All numbers: 4 bytes, big end first.
import email.parser
import email.policy
import email.utils
import json
import struct
import sys

OLD = email.parser.BytesParser(policy=email.policy.compat32)
NEW = email.parser.BytesParser(policy=email.policy.default)


def by_old_policy(raw):
    values = OLD.parsebytes(raw, headersonly=True).get_all("from", [])
    return [address for _, address in email.utils.getaddresses([str(value) for value in values]) if address]


def by_first_address(raw):
    values = OLD.parsebytes(raw, headersonly=True).get_all("from", [])
    return [address for _, address in map(email.utils.parseaddr, map(str, values)) if address]


def by_new_policy(raw):
    values = NEW.parsebytes(raw, headersonly=True).get_all("from", [])
    return [one.addr_spec for value in values for one in value.addresses if one.username or one.domain]


def answer(raw):
    found = {}
    for reading in (by_old_policy, by_first_address, by_new_policy):
        try:
            # Raw bytes lie in them as surrogates, which are no JSON.
            found[reading.__name__] = [one.encode("utf-8", "backslashreplace").decode() for one in reading(raw)]
        except Exception as error:
            found[reading.__name__ + " fails"] = [type(error).__name__]
    return found


def main():
    while head := sys.stdin.buffer.read(4):
        mails = []
        for _ in range(struct.unpack(">I", head)[0]):
            (length,) = struct.unpack(">I", sys.stdin.buffer.read(4))
            mails.append(sys.stdin.buffer.read(length))
        out = json.dumps([answer(raw) for raw in mails]).encode()
        sys.stdout.buffer.write(struct.pack(">I", len(out)) + out)
        sys.stdout.buffer.flush()


main()
