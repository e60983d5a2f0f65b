import { Context } from '@temporalio/activity';

export interface ClockActivities {
  failsUntilThirdAttempt(): Promise<number>;
}

export const clockActivities: ClockActivities = {
  async failsUntilThirdAttempt() {
    const { attempt } = Context.current().info;
    if (attempt < 3) throw new Error(`attempt ${attempt} fails`);
    return attempt;
  },
};
