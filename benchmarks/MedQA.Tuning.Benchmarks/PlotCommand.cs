using System.CommandLine;

namespace MedQA.Tuning.Benchmarks;

/// <summary>The plots of docs/prompt-tuning.md.</summary>
internal static class PlotCommand
{
    public static Command Create()
    {
        var results = new Argument<string>("RESULTS") { Description = "The folder that `measure` wrote" };
        var folder = new Argument<string>("FOLDER") { Description = "Where the plots go" };
        var command = new Command("plot", "Draw what was measured.") { results, folder };
        command.SetAction(parsed => TuningPlots.Draw(parsed.GetRequiredValue(results), parsed.GetRequiredValue(folder)));
        return command;
    }
}
