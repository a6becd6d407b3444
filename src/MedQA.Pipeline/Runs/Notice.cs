namespace MedQA.Pipeline.Runs;

/// <summary>The notice of a run's end: whom it is for, and how far its delivery has come.</summary>
public sealed record Notice
{
    /// <summary>The name of the address, in the settings of the processes that send.</summary>
    public required string To { get; init; }

    /// <summary>How far it has come.</summary>
    public required NoticeState State { get; init; }

    /// <summary>Its id, the same for every try; <see langword="null"/> before the run's end.</summary>
    public string? Id { get; init; }

    /// <summary>Since when it is to be sent; <see langword="null"/> before the run's end.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>How often it was tried, with a try that is being made.</summary>
    public int Tries { get; init; }

    /// <summary>The receiver's status at the last try; <see langword="null"/> if it did not answer, or not yet.</summary>
    public int? Status { get; init; }

    /// <summary>Why the receiver did not answer, or was not asked, as a sentence.</summary>
    public string? Problem { get; init; }

    /// <summary>When the last try was made.</summary>
    public DateTimeOffset? Tried { get; init; }

    /// <summary>When the next try is due; <see langword="null"/> if that is at once, or none is.</summary>
    public DateTimeOffset? Next { get; init; }
}
