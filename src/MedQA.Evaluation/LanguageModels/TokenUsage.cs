using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MedQA.Evaluation.LanguageModels;

/// <summary>What a service that answers for a model has counted, as its answers state it.</summary>
public sealed record TokenUsage
{
    /// <summary>The most <see cref="Versions"/> that are kept: a service may name another one in every answer.</summary>
    public const int MaxVersions = 32;

    /// <summary>Nothing.</summary>
    public static TokenUsage None { get; } = new();

    /// <summary>Requests that were answered whole.</summary>
    public int Requests { get; init; }

    /// <summary>
    /// Requests that were sent and whose answer did not arrive whole: a timeout or a connection that was cut. The service may charge for
    /// them; what, it did not say.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int LostRequests { get; init; }

    /// <summary>Answered requests of which the service did not say what they used; they are not part of the sums.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int UncountedRequests { get; init; }

    /// <summary>Tokens of the prompts, once for each request.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Generated tokens, thoughts included.</summary>
    public long CompletionTokens { get; init; }

    /// <summary>Those of the generated tokens that were thoughts, where the service says so.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long ThoughtTokens { get; init; }

    /// <summary>What they cost, in the currency of the model's prices; <see langword="null"/> where the model has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Cost { get; init; }

    /// <summary>
    /// The versions of the model that the answers name, in ordinal order; the first <see cref="MaxVersions"/> of more.
    /// </summary>
    public ImmutableArray<string> Versions { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Returns both together.</summary>
    public static TokenUsage operator +(TokenUsage left, TokenUsage right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new TokenUsage
        {
            Requests = left.Requests + right.Requests,
            LostRequests = left.LostRequests + right.LostRequests,
            UncountedRequests = left.UncountedRequests + right.UncountedRequests,
            PromptTokens = left.PromptTokens + right.PromptTokens,
            CompletionTokens = left.CompletionTokens + right.CompletionTokens,
            ThoughtTokens = left.ThoughtTokens + right.ThoughtTokens,
            Cost = left.Cost is null ? right.Cost : left.Cost + (right.Cost ?? 0),
            Versions = left.Versions.IsEmpty ? right.Versions : right.Versions.IsEmpty ? left.Versions
                : [.. left.Versions.Union(right.Versions, StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MaxVersions)],
        };
    }

    /// <summary>Returns whether both say the same, the versions included.</summary>
    public bool Equals(TokenUsage? other) => other is not null
        && (Requests, LostRequests, UncountedRequests, PromptTokens, CompletionTokens, ThoughtTokens, Cost)
            == (other.Requests, other.LostRequests, other.UncountedRequests, other.PromptTokens, other.CompletionTokens,
                other.ThoughtTokens, other.Cost)
        && Versions.SequenceEqual(other.Versions, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Requests, PromptTokens, CompletionTokens, Cost);
}

/// <summary>Sums what the requests for one question use. Safe for concurrent use.</summary>
public sealed class UsageMeter
{
    private readonly Lock _gate = new();
    private TokenUsage? _sum;

    /// <summary>The sum so far; <see langword="null"/> if nothing was counted, as for a model of this process.</summary>
    public TokenUsage? Sum
    {
        get
        {
            lock (_gate)
            {
                return _sum;
            }
        }
    }

    /// <summary>Adds what was used.</summary>
    public void Add(TokenUsage usage)
    {
        lock (_gate)
        {
            _sum = (_sum ?? TokenUsage.None) + usage;
        }
    }
}
