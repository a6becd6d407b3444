namespace MedQA.Cli.Terminal;

/// <summary>Names the states of runs for people.</summary>
internal static class StateText
{
    /// <summary>Where a run stands, in words.</summary>
    public static string Of(RunResource run) =>
        run.Requested == RequestedAction.Delete ? "deleting" : run.Paused == true ? "paused" : Of(run.State);

    /// <summary>The state in words.</summary>
    public static string Of(RunState state) =>
        state == RunState.CompletedWithFailures ? "completed with failures" : state.ToString().ToLowerInvariant();
}
