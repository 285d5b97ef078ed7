import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import { createLane } from '../../src/schedule/lane.ts';

function setUp() {
  let now = 0;
  const clock: Clock = { now: () => now, wall: () => new Date(now) };
  const opened: { closed: boolean; destroy(): void }[] = [];
  const open = () => {
    const session = {
      closed: false,
      destroy() {
        session.closed = true;
      },
    };
    opened.push(session);
    return session;
  };
  const lane = createLane(open, { maxAgeMs: 1000, clock, random: () => 1 });
  return {
    lane,
    opened,
    pass(ms: number) {
      now += ms;
    },
    living: () => opened.filter(({ closed }) => !closed).length,
  };
}

describe('lane', () => {
  test('opens nothing until asked, and then one session', () => {
    const { lane, opened } = setUp();
    expect(opened).toHaveLength(0);
    expect(lane.session()).toBe(lane.session());
    expect(opened).toHaveLength(1);
  });
  test('replaces a session that was closed meanwhile', () => {
    const { lane, opened } = setUp();
    lane.session().destroy();
    expect(lane.openedAt).toBeUndefined();
    expect(lane.session().closed).toBe(false);
    expect(opened).toHaveLength(2);
  });
  test('an old session is kept until its successor takes over', () => {
    const { lane, pass, living } = setUp();
    const old = lane.session();
    expect(lane.aged).toBe(false);
    pass(1000);
    expect(lane.aged).toBe(true);
    const next = lane.successor();
    expect(living()).toBe(2);
    lane.adopt();
    expect([old.closed, lane.session()]).toEqual([true, next]);
    expect([lane.aged, living()]).toEqual([false, 1]);
  });
  test('a successor that is given up leaves the old one for another age', () => {
    const { lane, pass, living } = setUp();
    const old = lane.session();
    pass(1000);
    lane.successor();
    lane.postpone();
    expect([lane.session(), lane.aged, living()]).toEqual([old, false, 1]);
    pass(1000);
    expect(lane.aged).toBe(true);
  });
  test('cut leaves nothing open', () => {
    const { lane, pass, living } = setUp();
    lane.session();
    pass(1000);
    lane.successor();
    lane.cut();
    expect([living(), lane.aged]).toEqual([0, false]);
  });
});
