using System.Text.Json.Serialization;

namespace MedQA.Evaluation.Verifying;

/// <summary>How a stored answer was verified.</summary>
public enum VerificationKind
{
    /// <summary>The question was answered again and everything compared bit for bit: model and engine are those that answered it.</summary>
    [JsonStringEnumMemberName("sameBits")]
    SameBits,

    /// <summary>
    /// The stored samples were scored: another engine or kind of machine answered the question, so new samples may differ in their last
    /// bits and so in a token.
    /// </summary>
    [JsonStringEnumMemberName("logLikelihoods")]
    LogLikelihoods,

    /// <summary>
    /// The strategy was run on the stored samples: a service answered, which cannot be made to answer the same again.
    /// </summary>
    [JsonStringEnumMemberName("recounted")]
    Recounted,

    /// <summary>Nothing was compared: the stored question or answer cannot be read any more.</summary>
    [JsonStringEnumMemberName("unreadable")]
    Unreadable,
}

/// <summary>Whether a stored answer is what the model gives.</summary>
public sealed record AnswerVerification
{
    /// <summary>The question's place in the run, from 0.</summary>
    public required int Ordinal { get; init; }

    /// <summary>The question's id.</summary>
    public required string Id { get; init; }

    /// <summary>How it was verified.</summary>
    public required VerificationKind Kind { get; init; }

    /// <summary>How many samples were compared; 0 for strategies that draw none.</summary>
    public required int Samples { get; init; }

    /// <summary>The first difference from what is stored, as a sentence; <see langword="null"/> if there is none.</summary>
    public required string? Difference { get; init; }

    /// <summary>
    /// Of <see cref="VerificationKind.LogLikelihoods"/>: by how much the model's log-likelihood of a stored sample differs from the stored
    /// one, in nats per token, at most; or that of an option, in nats. 0 where bits were compared and are the same.
    /// </summary>
    public required double LargestDeviation { get; init; }

    /// <summary>Whether the answer is what the model gives.</summary>
    public bool Holds => Difference is null;
}
