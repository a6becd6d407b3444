using System.CommandLine;
using MedQA.Cli.Hosting;
using MedQA.Cli.Terminal;
using MedQA.Inference.Optimization;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa models optimize</c>: writes a faster graph of a model.</summary>
internal static class ModelsOptimizeCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = new Argument<string?>("MODEL")
        {
            Description = "Model folder, or a name that `medqa models` lists. Default: the model of the settings",
            Arity = ArgumentArity.ZeroOrOne
        };
        var command = new CommandWithExamples("optimize", "Write a faster graph next to a model's own, with 8-bit products with zero "
            + "points instead of 4-bit products with separate offsets. It needs more memory, and its results differ in the last bits.", """
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
