using System.Collections.Immutable;
using System.Text.Json;

namespace MedQA.Tuning.Learning;

/// <summary>
/// The hyperparameters of a tuning, by the names of <c>medqa tune</c>'s options. The defaults of length, learning rate, weight decay and
/// batch are those of Singhal et al. 2023 (appendix A.1).
/// </summary>
internal sealed record TuningSettings
{
    /// <summary>The number of virtual tokens.</summary>
    public int Length { get; init; } = 100;

    /// <summary>AdamW's learning rate.</summary>
    public double LearningRate { get; init; } = 0.003;

    /// <summary>AdamW's weight decay.</summary>
    public double WeightDecay { get; init; } = 0.00001;

    /// <summary>Exemplars per step.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>The number of steps.</summary>
    public int Steps { get; init; } = 200;

    /// <summary>The seed of the order and the start.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The initialization of the soft prompt.</summary>
    public SoftPromptStart Start { get; init; } = SoftPromptStart.Vocabulary;

    /// <summary>The text of <see cref="SoftPromptStart.Text"/>.</summary>
    public string? StartText { get; init; }

    /// <summary>The number of steps between evaluations on the dev file.</summary>
    public int DevEvery { get; init; } = 10;

    /// <summary>Whether to keep the last soft prompt even if another has a lower dev loss.</summary>
    public bool KeepLast { get; init; }

    /// <summary>Whether to compute products in bfloat16.</summary>
    public bool Bfloat16 { get; init; }

    /// <summary>The maximum number of tokens per micro-batch.</summary>
    public int MicroTokens { get; init; } = 1024;

    /// <summary>Returns all settings for a manifest.</summary>
    public ImmutableSortedDictionary<string, JsonElement> ToJson()
    {
        var members = JsonSerializer.SerializeToElement(this, TuningJson.Default.TuningSettings).EnumerateObject();
        return members.ToImmutableSortedDictionary(static member => member.Name, static member => member.Value.Clone());
    }
}
