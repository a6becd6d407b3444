using System.Globalization;
using System.Text.Json;
using MedQA.Client;
using MedQA.Datasets;
using MedQA.Datasets.Reading;
using MedQA.LocalHost.Hosting;
using MedQA.LocalHost.Runs;
using MedQA.LocalHost.Terminal;
using Spectre.Console;

namespace MedQA.LocalHost.Commands;

/// <summary><c>medqa estimate</c> where the settings name a service: nothing is asked, earlier runs of the service tell.</summary>
internal static class ServedEstimate
{
    /// <summary>Shows what a run of each question set would take.</summary>
    public static async Task<int> ShowAsync(
        CommandContext context, string[] files, string? profile, decimal? price, SetReading reading, CancellationToken cancellationToken)
    {
        using var client = RunSources.Client(context.Settings);
        foreach (var file in files)
        {
            using var input = await QuestionSetCheck.OpenAsync(context.Console, file, cancellationToken);
            await QuestionSetCheck.ReadAsync(context.Console, input, reading, new QuestionSetTally(), static _ => { }, cancellationToken);
            await using var content = input.OpenRead();
            var estimate =
                await client.EstimateAsync(content, input.Name, profile, reading.NotationName, reading.DropsFillers, cancellationToken);
            if (context.Output == OutputFormat.Json)
            {
                context.Console.Line(JsonSerializer.Serialize(estimate, ClientJson.Default.RunEstimate));
            }
            else
            {
                Write(context.Console, estimate, price);
            }
        }

        return ExitCode.Success;
    }

    private static void Write(HostConsole console, RunEstimate estimate, decimal? price)
    {
        var table = new Table { Border = TableBorder.Rounded, ShowHeaders = false };
        table.AddColumns("", "");
        void Row(string name, string value) => table.AddRow(new Text(name), new Text(value));
        Row("Question set", estimate.Name);
        Row("Profile", $"{estimate.Profile}, {estimate.CallsPerQuestion:#,0} {(estimate.CallsPerQuestion == 1 ? "answer" : "answers")} of "
            + $"{estimate.Model} per question at most");
        Row("Questions", $"{estimate.Questions:#,0}, of which {estimate.Graded:#,0} say which option is right; "
            + $"{estimate.RejectedRows:#,0} rows cannot be used");
        Row("Generated tokens", estimate.ExpectedGeneratedTokens is { } expected
            ? $"about {expected:#,0}, at most {estimate.MaxGeneratedTokens:#,0}"
            : $"at most {estimate.MaxGeneratedTokens:#,0}");
        if (estimate.ExpectedSeconds is { } seconds)
        {
            Row("Time of one worker", $"about {ProgressReading.Duration(TimeSpan.FromSeconds(seconds))}");
            if (price is { } hour)
            {
                Row("Cost", (hour * (decimal)seconds / 3600).ToString("about #,0.00", CultureInfo.InvariantCulture));
            }
        }

        console.Output.Write(table);
        foreach (var sentence in estimate.Unknown.Concat(estimate.Warnings))
        {
            console.Line($"Note: {sentence}");
        }
    }
}
