using System.CommandLine;
using MedQA.Cli.Hosting;
using MedQA.Cli.Terminal;
using MedQA.Inference.Optimization;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa models optimize</c>: makes a faster graph from a model's own, on this machine.</summary>
internal static class ModelsOptimizeCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = new Argument<string?>("MODEL")
        {
            Description = "A model's folder, or its name in models; without it the model of the settings",
            Arity = ArgumentArity.ZeroOrOne
        };
        var command = new CommandWithExamples("optimize", "Write a faster graph beside a model's own: 8-bit products with zero points in "
            + "place "
            + "of 4-bit products whose offsets are added apart. It needs more memory, and its results have bits of their own.", """
            Examples:
              medqa models optimize
              medqa models check smollm2-135m-instruct --graph model.8bit.onnx --references tests/references --limit 3 --tolerance 1
              medqa run samples/medqa.csv --graph model.8bit.onnx
            """) { model };
        CommandWork.Set(
            command, (context, parsed, cancel) => OptimizeAsync(context, parsed.GetValue(model) ?? context.Settings.Model, cancel));
        return command;
    }

    private static async Task<int> OptimizeAsync(CommandContext context, string? model, CancellationToken cancellationToken)
    {
        var folder = LocalModel.FolderOf(context.Settings, model);
        context.Console.Note($"Widening the products of {folder}…");
        var made = await ModelOptimization.WidenAsync(folder, context.Settings.Graph, cancellationToken);
        context.Console.Line(
            $"{made.GraphPath}: {made.Products:#,0} products, {made.Bytes / 1e6:#,0} MB of data. Use it with --graph "
                + $"{Path.GetRelativePath(folder, made.GraphPath)}.");
        return ExitCode.Success;
    }
}
