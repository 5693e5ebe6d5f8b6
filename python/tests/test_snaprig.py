# SPDX-License-Identifier: Apache-2.0
"""The package against a real rig."""
import errno

import pytest

import snaprig


def test_a_volume_is_gone_at_the_end():
    with snaprig.mount(size="8MiB") as volume:
        point = volume.mount_point
        assert volume.live.stat().st_size == 8 << 20
    assert not point.exists()


def test_a_volume_is_gone_when_the_test_fails():
    with pytest.raises(ZeroDivisionError):
        with snaprig.mount(size="8MiB") as volume:
            point = volume.mount_point
            raise ZeroDivisionError
    assert not point.exists()


def test_errors_have_the_name_and_the_number_of_an_errno(snaprig_volume):
    with pytest.raises(snaprig.SnaprigError) as caught:
        snaprig_volume.delete_snapshot("nosuch")
    assert (caught.value.code, caught.value.errno) == ("ENOENT", errno.ENOENT)
    with pytest.raises(snaprig.CommandFailed) as caught:
        snaprig.create(snaprig_volume.live, "8MiB")
    assert (caught.value.code, caught.value.exit) == ("EEXIST", 2)
    with pytest.raises(snaprig.SnaprigError) as caught:
        snaprig.connect("/nosuch")
    assert caught.value.code == "ENOENT"


def test_a_snapshot_that_is_gone_is_not_deleted_again(snaprig_volume):
    with snaprig_volume.snapshot("s0") as path:
        path.unlink()
    assert snaprig_volume.snapshots() == []


def test_answers_may_come_in_another_order(snaprig_volume):
    control = snaprig_volume.control
    hold = control.send("hold", gauge="snapshot.count", at_least="1")
    assert control.call("ping")["protocol"] == snaprig.PROTOCOL
    snaprig_volume.create_snapshot("s0")
    assert control.wait(hold)["gauge"] == "snapshot.count"
    control.call("resume")


def test_an_answer_waits_for_who_asked(snaprig_volume):
    control = snaprig_volume.control
    faults, ping = control.send("fault.list"), control.send("ping")
    assert control.wait(ping)["protocol"] == snaprig.PROTOCOL
    assert control.wait(faults)["faults"] == []


def test_the_journal_is_followed_to_its_end(snaprig_volume):
    events = snaprig_volume.events(follow=True)
    assert next(events)["event"] == "mounted"
    snaprig_volume.create_snapshot("s0")
    assert next(events)["event"] == "snapshot.created"
    snaprig_volume.unmount()
    assert all(event["event"] != "mounted" for event in events)


@pytest.mark.snaprig(profile="xen", size="8MiB")
def test_a_mark_says_what_is_mounted(snaprig_volume):
    assert snaprig_volume.status()["profile"] == "xen"


def test_a_fault_strikes(snaprig_volume, snaprig_fault):
    path = snaprig_volume.create_snapshot("s0")
    snaprig_fault("snapshot.read error=EIO")
    with pytest.raises(OSError):
        path.read_bytes()


def test_a_fault_that_never_strikes_fails_the_test(pytester):
    pytester.makepyfile("""
        def test_idle(snaprig_volume, snaprig_fault):
            snaprig_fault("snapshot.read error=EIO")
    """)
    pytester.runpytest_subprocess("-p", "snaprig.pytest_plugin").assert_outcomes(
        passed=1, errors=1)
