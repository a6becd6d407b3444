using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Cli.Hosting;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;
using MedQA.Evaluation.Rating;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa study power</c>: calculates the size of a study.</summary>
internal static class StudyPowerCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var difference = new NumberOption<double?>(
            "--difference",
            new("a number from -1 to 1 other than 0", static points => points is >= -1 and <= 1 and not 0))
            {
                Description = "Minimum detectable difference of favourable shares, such as 0.1 for ten points",
                HelpName = "SHARE"
            };
        var width = new NumberOption<double?>("--width", NumberRange.Between)
        {
            Description = "Instead of --difference: width of the interval of one source's share, where a judge rates all its answers, "
                + "such as 0.2",
            HelpName = "SHARE"
        };
        var answers = new NumberOption<int>("--answers", NumberRange.Whole(2))
        {
            Description = "With --width: answers of the source that the judge rates",
            HelpName = "NUMBER",
            DefaultValueFactory = static _ => 140
        };
        var sensitivity = new NumberOption<double>("--sensitivity", NumberRange.Share)
        {
            Description = "With --width: share of favourable answers that the judge finds favourable",
            HelpName = "SHARE",
            DefaultValueFactory = static _ => 0.8
        };
        var specificity = new NumberOption<double>("--specificity", NumberRange.Share)
        {
            Description = "With --width: share of other answers that the judge does not find favourable",
            HelpName = "SHARE",
            DefaultValueFactory = static _ => 0.8
        };
        var share = new NumberOption<double>("--share", NumberRange.Between)
        {
            Description = "Expected favourable share of the lower source",
            HelpName = "SHARE",
            DefaultValueFactory = static _ => 0.8
        };
        var correlation = new NumberOption<double>("--correlation", NumberRange.Share)
        {
            Description = "Correlation between ratings of one answer: 0 none, 1 raters always agree",
            HelpName = "SHARE",
            DefaultValueFactory = static _ => 0.3
        };
        var power = new NumberOption<double>("--power", NumberRange.Between)
        {
            Description = "Probability of detecting the difference",
            HelpName = "SHARE",
            DefaultValueFactory = static _ => 0.8
        };
        var tests = new NumberOption<int>("--tests", NumberRange.Whole(1))
        {
            Description = "Number of tests in the report: axes times pairs of sources",
            HelpName = "NUMBER",
            DefaultValueFactory = static _ => 1
        };
        var each = new NumberOption<int>("--per-rater", NumberRange.Whole(1))
        {
            Description = "Answers per rater",
            HelpName = "NUMBER",
            DefaultValueFactory = static _ => 50
        };
        var command = new CommandWithExamples("power", "Simulate how many questions and raters are needed to detect a difference between "
            + "two sources, or how many answers people must rate beside a judge.", """
            Examples:
              medqa study power --difference 0.1
              medqa study power --difference 0.15 --share 0.6 --tests 36 --power 0.9 --per-rater 30
              medqa study power --width 0.2 --answers 500 --sensitivity 0.9 --specificity 0.8
            """) { difference, share, correlation, power, tests, each, width, answers, sensitivity, specificity };
        CommandWork.Set(command, (context, parsed, _) =>
        {
            var (asked, wanted) = (parsed.GetValue(difference), parsed.GetValue(width));
            if (wanted is { } most && asked is null)
            {
                WriteRated(context, new JudgedSize(
                    most,
                    parsed.GetValue(answers),
                    parsed.GetValue(share),
                    parsed.GetValue(sensitivity),
                    parsed.GetValue(specificity),
                    null));
                return Task.FromResult(ExitCode.Success);
            }

            if (asked is not { } detected || wanted is not null)
            {
                throw new InputException(
                    "`medqa study power` needs either --difference SHARE: a number from -1 to 1 other than 0, or --width SHARE: a number "
                        + "between 0 and 1.");
            }

            var question = new PowerQuestion
            {
                Share = parsed.GetValue(share),
                Difference = detected,
                Correlation = parsed.GetValue(correlation),
                Power = parsed.GetValue(power),
                Tests = parsed.GetValue(tests)
            };
            try
            {
                Write(context, question, parsed.GetValue(each));
                return Task.FromResult(ExitCode.Success);
            }
            catch (ArgumentOutOfRangeException exception)
            {
                throw new InputException(exception.Message.Split(" (Parameter", 2)[0]);
            }
        });
        return command;
    }

    private static void WriteRated(CommandContext context, JudgedSize wanted)
    {
        var size = wanted with
        {
            Rated = PredictionPoweredSize.RatedFor(
                wanted.Width, wanted.Answers, wanted.Share, wanted.Sensitivity, wanted.Specificity),
        };
        if (context.Output == OutputFormat.Json)
        {
            context.Console.Line(JsonSerializer.Serialize(size, PowerJson.Default.JudgedSize));
            return;
        }

        var table = new TextTable(
            new TextColumn("Answers that the judge rates", Numbers: true), new TextColumn("Of these, people rate", Numbers: true));
        table.Add($"{size.Answers:#,0}", size.Rated is { } rated ? $"{rated:#,0}" : "all are too few");
        table.Write(context.Console.Output);
        var differing = PredictionPoweredSize.ExpectedDifferences(size.Answers, size.Share, size.Sensitivity, size.Specificity);
        if (size.Rated is null && differing < PredictionPoweredSize.FewestExpectedDifferences - 1e-9)
        {
            context.Console.Line(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"People and judge would differ on about {differing:0.#} of {size.Answers:#,0} answers. How often they differ can be "
                        + $"told from {PredictionPoweredSize.FewestExpectedDifferences} expected on."));
        }

        context.Console.Line(
            string.Create(
                CultureInfo.InvariantCulture,
                $"For a 95 % interval of at most {100 * size.Width:0.#} points where people find {100 * size.Share:0.#} % favourable, with "
                    + $"a judge of sensitivity {size.Sensitivity:0.##} and specificity {size.Specificity:0.##}. The report measures both: "
                    + $"plan again with them."));
    }

    private static void Write(CommandContext context, PowerQuestion question, int perRater)
    {
        StudySize[] sizes = [.. ((int[])[1, 2, 3]).Select(raters =>
        {
            var questions = StudyPower.QuestionsFor(question with { RatersPerAnswer = raters });
            return new StudySize(raters, questions, 2 * questions * raters, (int?)Math.Ceiling(2.0 * (questions ?? 0) * raters / perRater));
        })];
        if (context.Output == OutputFormat.Json)
        {
            context.Console.Line(JsonSerializer.Serialize(sizes, PowerJson.Default.StudySizeArray));
            return;
        }

        var table = new TextTable(
            new TextColumn("Raters per answer", Numbers: true),
            new TextColumn("Questions", Numbers: true),
            new TextColumn("Ratings of two sources", Numbers: true),
            new TextColumn($"Raters at {perRater} each", Numbers: true));
        foreach (var size in sizes)
        {
            table.Add(
                $"{size.RatersPerAnswer}",
                size.Questions is { } questions ? $"{questions:#,0}" : $"over {StudyPower.MaxQuestions:#,0}",
                size.Ratings is { } ratings ? $"{ratings:#,0}" : "–",
                size.Questions is null ? "–" : $"{size.Raters:#,0}");
        }

        table.Write(context.Console.Output);
        context.Console.Line(
            string.Create(
                CultureInfo.InvariantCulture,
                $"To detect {100 * question.Share:0.#} % against {100 * (question.Share + question.Difference):0.#} % in "
                    + $"{100 * question.Power:0.#} of 100 studies, at 5 % over {question.Tests} "
                    + $"{(question.Tests == 1 ? "test" : "tests")}, where ratings of one answer correlate by {question.Correlation:0.##}; "
                    + $"from 2,000 simulated studies for each size."));
    }
}

/// <summary>The required size of a study.</summary>
/// <param name="RatersPerAnswer">Raters of each answer.</param>
/// <param name="Questions">Questions; missing if no tried number suffices.</param>
/// <param name="Ratings">Ratings of both sources.</param>
/// <param name="Raters">Raters, given the answers per rater.</param>
internal sealed record StudySize(int RatersPerAnswer, int? Questions, int? Ratings, int? Raters);

/// <summary>How many answers people must rate beside a judge.</summary>
/// <param name="Width">The most that the interval may be long.</param>
/// <param name="Answers">Answers that the judge rates.</param>
/// <param name="Share">People's favourable share.</param>
/// <param name="Sensitivity">The judge's sensitivity.</param>
/// <param name="Specificity">The judge's specificity.</param>
/// <param name="Rated">Answers that people rate; missing if all of them do not suffice.</param>
internal sealed record JudgedSize(double Width, int Answers, double Share, double Sensitivity, double Specificity, int? Rated);

/// <summary>The JSON format of sizes.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StudySize[]))]
[JsonSerializable(typeof(JudgedSize))]
internal sealed partial class PowerJson : JsonSerializerContext;
