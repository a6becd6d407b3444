using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using MedQA.Cli.Commands;
using MedQA.Datasets;
using MedQA.Datasets.Reading;
using MedQA.Datasets.Writing;
using MedQA.Evaluation;
using MedQA.Evaluation.Questions;
using MedQA.Files;
using MedQA.Tuning.Commands;
using MedQA.Tuning.Exemplars;
using MedQA.Tuning.Learning;

namespace MedQA.Tuning.Benchmarks;

/// <summary>The measurement of docs/prompt-tuning.md.</summary>
internal static class MeasureCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model") { Description = "The model's folder", Required = true };
        var data = new Option<string>("--data")
        {
            Description = "The question set that exemplars and test questions are drawn from",
            Required = true
        };
        var folder = new Option<string>("--out")
        {
            Description = "Where results go; what is there already is not measured again",
            Required = true
        };
        var profile = new Option<string>("--profile")
        {
            Description = "How the questions are asked",
            DefaultValueFactory = static _ => TuningModel.DefaultProfile
        };
        var pool = new NumberOption<int>("--pool", NumberRange.Whole(1))
        {
            Description = "Questions to tune on",
            DefaultValueFactory = static _ => 200
        };
        var test = new NumberOption<int>("--test", NumberRange.Whole(1))
        {
            Description = "Other questions, to measure on",
            DefaultValueFactory = static _ => 500
        };
        var configurations = new Option<string>("--configurations")
        {
            Description = "Length and exemplars of each tuning",
            DefaultValueFactory = static _ => "1:200,5:200,20:200,100:200,20:16,20:65"
        };
        var maxTokens = new NumberOption<int>("--max-tokens", NumberRange.Whole(1))
        {
            Description = "Leave out questions with more tokens in prompt and answer",
            DefaultValueFactory = static _ => 2048
        };
        var tuning = new TuningOptions();
        var command = new Command("measure", "Measure what tuning gains, by the length of the soft prompt and by the number of exemplars.")
        {
            model,
            data,
            folder,
            profile,
            pool,
            test,
            configurations,
            maxTokens
        };
        tuning.AddTo(command, withLength: false);
        command.SetAction((parsed, cancellationToken) => TuningConsole.InvokeAsync(async () =>
        {
            var settings = tuning.Read(parsed, withLength: false);
            var files = TuningModel.Open(parsed.GetRequiredValue(model), null);
            var asked = TuningModel.ReadProfile(parsed.GetValue(profile)!);
            var file = await ExampleFile.ReadAsync(parsed.GetRequiredValue(data), cancellationToken);
            var (exemplars, questions) = (parsed.GetValue(pool), parsed.GetValue(test));
            var encoding = new ExampleEncoding(files.Target, asked, file.Datasets);
            var usable = file.Encode(encoding, int.MaxValue).Where(example => example.Length <= parsed.GetValue(maxTokens)).ToList();
            if (usable.Count < exemplars + questions)
            {
                throw new InputException(
                    $"{file.Path} has {usable.Count:N0} questions within --max-tokens, fewer than --pool and --test ask for together.");
            }

            ImmutableArray<TuningExample> drawn = [.. new ExampleOrder(settings.Seed, usable.Count).Permutation(0)
                .Take(exemplars + questions)
                .Select(index => usable[index])];
            Console.Error.WriteLine(
                $"Of {file.Rows.Length:N0} questions {usable.Count:N0} are within {parsed.GetValue(maxTokens)} tokens; those drawn have "
                    + $"{drawn.Average(static example => example.Length):0} on average.");
            var output = parsed.GetRequiredValue(folder);
            Directory.CreateDirectory(output);
            await WriteTestAsync(
                Path.Combine(output, "test.csv"), drawn[exemplars..].Select(static example => example.Question!), cancellationToken);
            var wanted = Parse(parsed.GetValue(configurations)!);
            using var measurement = new TuningMeasurement(files, settings, output, static line => Console.Error.WriteLine(line));
            await measurement.MeasureAsync(
                drawn[..exemplars], drawn[exemplars..], encoding, wanted, asked.Name, file.Hash, cancellationToken);
            var table = measurement.Describe(wanted);
            await OutputFile.WriteAllTextAsync(Path.Combine(output, "results.md"), table + "\n", cancellationToken);
            Console.WriteLine(table);
            return 0;
        }, cancellationToken));
        return command;
    }

    /// <summary>The test questions as a file, for `medqa run` to ask them with a prefix.</summary>
    private static async Task WriteTestAsync(string path, IEnumerable<Question> questions, CancellationToken cancellationToken)
    {
        var asked = questions.ToList();
        var tally = new QuestionSetTally();
        asked.ForEach(question => tally.Add(new AcceptedRow(question, 0)));
        // Another slice of the same measurement may write it at the same time.
        await OutputFile.WriteAsync(
            path, stream => QuestionSetWriter.WriteAsync(stream, asked.ToAsyncEnumerable(), tally, cancellationToken));
    }

    private static List<(int Length, int Exemplars)> Parse(string text)
    {
        var configurations = new List<(int, int)>();
        foreach (var item in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            configurations.Add(item.Split(':') is [var length, var exemplars]
                && int.TryParse(length, CultureInfo.InvariantCulture, out var p)
                && int.TryParse(exemplars, CultureInfo.InvariantCulture, out var n)
                && p > 0
                && n > 0
                ? (p, n)
                : throw InputException.Of("--configurations", $"has '{item}'; write LENGTH:EXEMPLARS, for example 20:65."));
        }

        return configurations;
    }
}
