using System.CommandLine;
using System.Globalization;
using MedQA.Cli.Commands;
using MedQA.Evaluation;
using MedQA.Tuning.Learning;

namespace MedQA.Tuning.Commands;

/// <summary>The hyperparameter options of a tuning.</summary>
internal sealed class TuningOptions
{
    private static readonly TuningSettings Defaults = new();

    private readonly NumberOption<int?> _length = new("--length", NumberRange.Whole(1, 10_000))
    {
        Description = $"Number of virtual tokens in front of every prompt. Default: {Defaults.Length}",
        HelpName = "N"
    };
    private readonly NumberOption<double?> _learningRate = new(
        "--learning-rate",
        new("a number above 0, at most 10", static rate => rate is > 0 and <= 10))
        {
            Description = string.Create(CultureInfo.InvariantCulture, $"AdamW's learning rate. Default: {Defaults.LearningRate:0.#####}"),
            HelpName = "RATE"
        };
    private readonly NumberOption<double?> _weightDecay = new(
        "--weight-decay",
        new("a number from 0 to below 1", static decay => decay is >= 0 and < 1))
        {
            Description = string.Create(CultureInfo.InvariantCulture, $"AdamW's weight decay. Default: {Defaults.WeightDecay:0.#####}"),
            HelpName = "DECAY"
        };
    private readonly NumberOption<int?> _batch = new("--batch", NumberRange.Whole(1, 4096))
    {
        Description = $"Exemplars per step. Default: {Defaults.Batch}",
        HelpName = "N"
    };
    private readonly NumberOption<int?> _steps = new("--steps", NumberRange.Whole(1, 1_000_000))
    {
        Description = $"Number of steps. Default: {Defaults.Steps}",
        HelpName = "N"
    };
    private readonly Option<long?> _seed = new("--seed")
    {
        Description = $"Seed of the exemplars' order and of the start. Default: {Defaults.Seed}",
        HelpName = "N"
    };
    private readonly Option<string?> _start = new("--start")
    {
        Description = "Start from embeddings of random words (vocabulary) or of a text, or from random numbers (random). "
            + $"Default: {EnumNames.Of(Defaults.Start)}"
    };
    private readonly Option<string?> _startText = new("--start-text") { Description = "Text for --start text", HelpName = "TEXT" };
    private readonly NumberOption<int?> _devEvery = new("--dev-every", NumberRange.Whole(1))
    {
        Description = $"Steps between evaluations on the dev file. Default: {Defaults.DevEvery}",
        HelpName = "N"
    };
    private readonly Option<string?> _keep = new("--keep")
    {
        Description = "Soft prompt to keep: the best by dev loss, or the last. Default: best"
    };
    private readonly Option<string?> _precision = new("--precision")
    {
        Description = "Precision of matrix products: float32, or bfloat16, which is faster on processors that support it. "
            + "Default: float32"
    };
    private readonly NumberOption<int?> _microTokens = new("--micro-tokens", NumberRange.Whole(1))
    {
        Description = "Tokens per micro-batch, which limits memory: about 2 MB each for 135 million parameters. "
            + $"Default: {Defaults.MicroTokens}",
        HelpName = "N"
    };

    public TuningOptions()
    {
        // The library would parse 1 as text, and a list of names as one of them.
        _start.AcceptOnlyFromAmong([.. EnumNames.All<SoftPromptStart>()]);
        _keep.AcceptOnlyFromAmong("best", "last");
        _precision.AcceptOnlyFromAmong("float32", "bfloat16");
    }

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command, bool withLength)
    {
        foreach (var option in (Option[])[_learningRate, _weightDecay, _batch, _steps, _seed, _start, _startText, _precision, _microTokens])
        {
            command.Add(option);
        }

        if (withLength)
        {
            command.Add(_length);
            command.Add(_devEvery);
            command.Add(_keep);
        }
    }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="InputException">The options contradict each other.</exception>
    public TuningSettings Read(ParseResult parsed, bool withLength)
    {
        var settings = new TuningSettings
        {
            LearningRate = parsed.GetValue(_learningRate) ?? Defaults.LearningRate,
            WeightDecay = parsed.GetValue(_weightDecay) ?? Defaults.WeightDecay,
            Batch = parsed.GetValue(_batch) ?? Defaults.Batch,
            Steps = parsed.GetValue(_steps) ?? Defaults.Steps,
            Seed = parsed.GetValue(_seed) ?? Defaults.Seed,
            Start = EnumNames.Find<SoftPromptStart>(parsed.GetValue(_start)) ?? Defaults.Start,
            StartText = parsed.GetValue(_startText),
            Bfloat16 = parsed.GetValue(_precision) == "bfloat16",
            MicroTokens = parsed.GetValue(_microTokens) ?? Defaults.MicroTokens,
        };
        if (withLength)
        {
            settings = settings with
            {
                Length = parsed.GetValue(_length) ?? Defaults.Length,
                DevEvery = parsed.GetValue(_devEvery) ?? Defaults.DevEvery,
                KeepLast = parsed.GetValue(_keep) == "last"
            };
        }

        return settings is { Start: SoftPromptStart.Text, StartText: null or "" }
            ? throw InputException.Of("--start", "is text, which needs --start-text.")
            : settings;
    }
}
