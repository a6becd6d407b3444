namespace MedQA.Cli.Terminal;

/// <summary>Names the states of runs for people.</summary>
internal static class StateText
{
    /// <summary>Returns the state of a run in words.</summary>
    public static string Of(RunResource run) =>
        run.Requested == RequestedAction.Delete ? "deleting" : run.Paused == true ? "paused" : Of(run.State);

    /// <summary>Returns a state in words.</summary>
    public static string Of(RunState state) =>
        state == RunState.CompletedWithFailures ? "completed with failures" : state.ToString().ToLowerInvariant();
}
