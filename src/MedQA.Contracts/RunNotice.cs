using System.Collections.Immutable;

namespace MedQA.Contracts;

/// <summary>How far the notice of a run's end has come.</summary>
public enum NoticeState
{
    /// <summary>It is sent when the run ends.</summary>
    Planned,

    /// <summary>The run has ended, and the receiver has not taken the notice yet.</summary>
    Waiting,

    /// <summary>The receiver has taken it.</summary>
    Sent,

    /// <summary>The receiver refused it for good, or was tried often enough.</summary>
    GivenUp,
}

/// <summary>The delivery of the notice of a run's end.</summary>
public sealed record RunNotice
{
    /// <summary>The name of the address that it is for.</summary>
    public required string To { get; init; }

    /// <summary>How far it has come.</summary>
    public required NoticeState State { get; init; }

    /// <summary>How often it was tried, including a try that is being made.</summary>
    public int Tries { get; init; }

    /// <summary>The HTTP status of the receiver's last answer; missing if it gave none.</summary>
    public int? Status { get; init; }

    /// <summary>Why the receiver did not answer or was not asked, as a sentence; missing otherwise.</summary>
    public string? Problem { get; init; }

    /// <summary>When it was last tried.</summary>
    public DateTimeOffset? Tried { get; init; }

    /// <summary>When it is tried next; missing if that is at once, or never.</summary>
    public DateTimeOffset? Next { get; init; }
}

/// <summary>The body of a notice: a run has ended. It contains no text of a question or an answer.</summary>
/// <param name="Type"><c>run.completed</c>, <c>run.completed_with_failures</c>, <c>run.cancelled</c> or <c>run.failed</c>.</param>
/// <param name="Timestamp">When the run ended.</param>
/// <param name="Data">The run and its figures.</param>
public sealed record RunEndedNotice(string Type, DateTimeOffset Timestamp, NoticeData Data);

/// <summary>A run that has ended, with its headline figures.</summary>
public sealed record NoticeData
{
    /// <summary>Its id.</summary>
    public required string Run { get; init; }

    /// <summary>The question set's name.</summary>
    public required string Name { get; init; }

    /// <summary>The name that people gave the run; missing if it has none.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Its state.</summary>
    public required RunState State { get; init; }

    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>The profile's name.</summary>
    public required string Profile { get; init; }

    /// <summary>The number of questions.</summary>
    public int Questions { get; init; }

    /// <summary>Questions that the model answered.</summary>
    public int Answered { get; init; }

    /// <summary>Questions that failed because of infrastructure.</summary>
    public int Failed { get; init; }

    /// <summary>Questions that cannot be asked.</summary>
    public int Unaskable { get; init; }

    /// <summary>Whether some questions were not tried; all figures can change.</summary>
    public bool Provisional { get; init; }

    /// <summary>The accuracy over all questions; missing if nothing is graded or there is no report.</summary>
    public NoticeAccuracy? Accuracy { get; init; }

    /// <summary>The accuracy per data set, of the first hundred; missing if there is no report.</summary>
    public ImmutableArray<NoticeDataset>? Datasets { get; init; }

    /// <summary>How many further data sets the run has; missing if there are none.</summary>
    public int? MoreDatasets { get; init; }

    /// <summary>What the model's service charged by its prices; missing without prices.</summary>
    public double? Cost { get; init; }

    /// <summary>The currency of the cost.</summary>
    public string? Currency { get; init; }

    /// <summary>The run's page; missing if the service's public address is unknown.</summary>
    public string? Url { get; init; }
}

/// <summary>An accuracy.</summary>
/// <param name="Value">Right answers divided by graded ones.</param>
/// <param name="Low">The lower end of its 95 % interval; missing where there is none.</param>
/// <param name="High">The upper end of its 95 % interval; missing where there is none.</param>
/// <param name="Graded">Answers that are graded.</param>
public sealed record NoticeAccuracy(double Value, double? Low, double? High, int Graded);

/// <summary>The accuracy on a data set.</summary>
/// <param name="Name">The data set.</param>
/// <param name="Accuracy">Its accuracy.</param>
public sealed record NoticeDataset(string Name, NoticeAccuracy Accuracy);
