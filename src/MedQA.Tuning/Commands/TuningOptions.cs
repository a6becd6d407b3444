using System.CommandLine;
using MedQA.Cli.Commands;
using MedQA.Evaluation;
using MedQA.Tuning.Learning;

namespace MedQA.Tuning.Commands;

/// <summary>The hyperparameter options of a tuning.</summary>
internal sealed class TuningOptions
{
    private static readonly TuningSettings Defaults = new();

    private readonly NumberOption<int> _length = new("--length", NumberRange.Whole(1, 10_000))
    {
        Description = "Number of virtual tokens in front of every prompt",
        DefaultValueFactory = static _ => Defaults.Length
    };
    private readonly NumberOption<double> _learningRate = new(
        "--learning-rate",
        new("a number above 0, at most 10", static rate => rate is > 0 and <= 10))
        {
            Description = "AdamW's learning rate",
            DefaultValueFactory = static _ => Defaults.LearningRate
        };
    private readonly NumberOption<double> _weightDecay = new(
        "--weight-decay",
        new("a number from 0 to below 1", static decay => decay is >= 0 and < 1))
        {
            Description = "AdamW's weight decay",
            DefaultValueFactory = static _ => Defaults.WeightDecay
        };
    private readonly NumberOption<int> _batch = new("--batch", NumberRange.Whole(1, 4096))
    {
        Description = "Exemplars per step",
        DefaultValueFactory = static _ => Defaults.Batch
    };
    private readonly NumberOption<int> _steps = new("--steps", NumberRange.Whole(1, 1_000_000))
    {
        Description = "Number of steps",
        DefaultValueFactory = static _ => Defaults.Steps
    };
    private readonly Option<long> _seed = new("--seed")
    {
        Description = "Seed of the exemplars' order and of the start",
        DefaultValueFactory = static _ => Defaults.Seed
    };
    private readonly Option<SoftPromptStart> _start = new("--start")
    {
        Description = "Start from embeddings of random words (vocabulary) or of a text, or from random numbers",
        DefaultValueFactory = static _ => Defaults.Start
    };
    private readonly Option<string?> _startText = new("--start-text") { Description = "Text for --start text" };
    private readonly NumberOption<int> _devEvery = new("--dev-every", NumberRange.Whole(1))
    {
        Description = "Steps between evaluations on the dev file",
        DefaultValueFactory = static _ => Defaults.DevEvery
    };
    private readonly Option<string> _keep = new("--keep")
    {
        Description = "Soft prompt to keep: the best by dev loss, or the last",
        DefaultValueFactory = static _ => "best"
    };
    private readonly Option<string> _precision = new("--precision")
    {
        Description = "Precision of matrix products: float32, or bfloat16, which is faster on processors that support it",
        DefaultValueFactory = static _ => "float32"
    };
    private readonly NumberOption<int> _microTokens = new("--micro-tokens", NumberRange.Whole(1))
    {
        Description = "Tokens per micro-batch, which limits memory: about 2 MB each for 135 million parameters",
        DefaultValueFactory = static _ => Defaults.MicroTokens
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
            LearningRate = parsed.GetValue(_learningRate),
            WeightDecay = parsed.GetValue(_weightDecay),
            Batch = parsed.GetValue(_batch),
            Steps = parsed.GetValue(_steps),
            Seed = parsed.GetValue(_seed),
            Start = parsed.GetValue(_start),
            StartText = parsed.GetValue(_startText),
            Bfloat16 = parsed.GetValue(_precision) == "bfloat16",
            MicroTokens = parsed.GetValue(_microTokens),
        };
        if (withLength)
        {
            settings = settings with
            {
                Length = parsed.GetValue(_length),
                DevEvery = parsed.GetValue(_devEvery),
                KeepLast = parsed.GetValue(_keep) == "last"
            };
        }

        return settings is { Start: SoftPromptStart.Text, StartText: null or "" }
            ? throw InputException.Of("--start", "is text, which needs --start-text.")
            : settings;
    }
}
