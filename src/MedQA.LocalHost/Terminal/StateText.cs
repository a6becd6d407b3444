using MedQA.Client;
using MedQA.Evaluation;

namespace MedQA.LocalHost.Terminal;

/// <summary>Names the states of runs for people.</summary>
internal static class StateText
{
    /// <summary>Where a run stands, in words.</summary>
    public static string Of(Run run) => run.Requested == "delete" ? "deleting" : run.Paused ? "paused" : Of(run.State);

    /// <summary>The state in words.</summary>
    public static string Of(RunState state) =>
        state == RunState.CompletedWithFailures ? "completed with failures" : state.ToString().ToLowerInvariant();

    /// <summary>The state in words.</summary>
    public static string Of(Pipeline.Runs.RunState state) => Of(EnumNames.Stored<RunState>(state.ToString()));
}
