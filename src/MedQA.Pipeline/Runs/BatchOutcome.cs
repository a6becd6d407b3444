using MedQA.Pipeline.Answering;

namespace MedQA.Pipeline.Runs;

/// <summary>
/// How a worker's work on a message ended. After each of these the message is complete: going on is up to <c>Advance</c>.
/// </summary>
public enum BatchOutcome
{
    /// <summary>Every question of the batch is answered and the answers are written.</summary>
    Finished,

    /// <summary>The answers were written before.</summary>
    AlreadyFinished,

    /// <summary>Another worker holds the batch.</summary>
    HeldByAnother,

    /// <summary>The run was cancelled, or has ended.</summary>
    NotWanted,

    /// <summary>The run is deleted.</summary>
    Deleted,

    /// <summary>The run asks for another model, or other rules, than this worker has.</summary>
    OtherModel,

    /// <summary>The message names no run or batch that exists.</summary>
    NotFound,

    /// <summary>The batch's questions are missing or damaged; the run fails with the reason.</summary>
    Damaged,

    /// <summary>The worker was told to stop and has given the batch back.</summary>
    Stopped,

    /// <summary>The worker has given the batch back after <see cref="WorkerOptions.BatchTime"/>.</summary>
    TimeUsed,

    /// <summary>The model's service cannot be asked at present: the worker has given the batch back with the reason.</summary>
    ModelUnavailable,

    /// <summary>The worker has lost its lease; another may continue.</summary>
    LeaseLost,
}
