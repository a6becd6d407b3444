using System.Collections.Immutable;
using System.Text.Json;

namespace MedQA.Tuning.Learning;

/// <summary>
/// The hyperparameters of a tuning, by the names of <c>medqa tune</c>'s options. The defaults of length, learning rate, weight decay and
/// batch are those of Singhal et al. 2023 (appendix A.1).
/// </summary>
internal sealed record TuningSettings
{
    /// <summary>Virtual tokens.</summary>
    public int Length { get; init; } = 100;

    /// <summary>AdamW's learning rate.</summary>
    public double LearningRate { get; init; } = 0.003;

    /// <summary>AdamW's weight decay.</summary>
    public double WeightDecay { get; init; } = 0.00001;

    /// <summary>Exemplars of a step.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>Steps.</summary>
    public int Steps { get; init; } = 200;

    /// <summary>The seed of order and start.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>How the soft prompt begins.</summary>
    public SoftPromptStart Start { get; init; } = SoftPromptStart.Vocabulary;

    /// <summary>The text of <see cref="SoftPromptStart.Text"/>.</summary>
    public string? StartText { get; init; }

    /// <summary>After how many steps the dev file's loss is computed.</summary>
    public int DevEvery { get; init; } = 10;

    /// <summary>Whether the last soft prompt is kept although another one has the lower dev loss.</summary>
    public bool KeepLast { get; init; }

    /// <summary>Whether products are computed in bfloat16.</summary>
    public bool Bfloat16 { get; init; }

    /// <summary>The most tokens of a micro-batch.</summary>
    public int MicroTokens { get; init; } = 1024;

    /// <summary>What is out of its range, as a sentence, or <see langword="null"/>.</summary>
    public string? Fault() => this switch
    {
        { Length: < 1 or > 10000 } => $"--length is {Length}; a soft prompt has 1 to 10,000 virtual tokens.",
        { LearningRate: not (> 0 and <= 10) } => $"--learning-rate is {LearningRate}; it must be above 0 and at most 10.",
        { WeightDecay: not (>= 0 and < 1) } => $"--weight-decay is {WeightDecay}; it must be 0 or more and below 1.",
        { Batch: < 1 or > 4096 } => $"--batch is {Batch}; it must be 1 to 4,096 exemplars.",
        { Steps: < 1 or > 1000000 } => $"--steps is {Steps}; it must be 1 to 1,000,000.",
        { DevEvery: < 1 } => $"--dev-every is {DevEvery}; it must be 1 or more.",
        { MicroTokens: < 1 } => $"--micro-tokens is {MicroTokens}; it must be 1 or more.",
        { Start: SoftPromptStart.Text, StartText: null or "" } => "--start text needs --start-text with the text.",
        _ => null,
    };

    /// <summary>All of them for a manifest.</summary>
    public ImmutableSortedDictionary<string, JsonElement> ToJson()
    {
        var members = JsonSerializer.SerializeToElement(this, TuningJson.Default.TuningSettings).EnumerateObject();
        return members.ToImmutableSortedDictionary(static member => member.Name, static member => member.Value.Clone());
    }
}
