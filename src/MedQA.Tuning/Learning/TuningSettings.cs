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

    /// <summary>All of them for a manifest.</summary>
    public ImmutableSortedDictionary<string, JsonElement> ToJson()
    {
        var members = JsonSerializer.SerializeToElement(this, TuningJson.Default.TuningSettings).EnumerateObject();
        return members.ToImmutableSortedDictionary(static member => member.Name, static member => member.Value.Clone());
    }
}
