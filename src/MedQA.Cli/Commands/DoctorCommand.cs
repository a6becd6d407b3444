using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using MedQA.Azurite;
using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;
using MedQA.Files;
using MedQA.Pipeline.Queries;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa doctor</c>: checks everything that a run needs.</summary>
internal static class DoctorCommand
{
    private const long LeastFreeBytes = 1L << 30;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var settings =
            string.Join('\n', Setting.All.Select(static setting => $"  {setting.Option,-14} {setting.Variable,-17} {setting.Meaning}"));
        var command = new CommandWithExamples(
            "doctor",
            "Check everything that a run needs: the settings, Node.js, the storage, the model.",
            $"Settings, as options, as environment variables, and by the option's name in {HostSettings.FileName}:\n{settings}");
        command.Add(CommonOptions.Yes);
        CommandWork.Set(command, static (context, _, cancel) => CheckAsync(context, cancel));
        return command;
    }

    private static async Task<int> CheckAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        var healthy = true;
        async Task Check(string name, Func<Task<string>> look)
        {
            try
            {
                context.Console.Line($"ok    {name}: {await look()}");
            }
            catch (Exception exception) when (CommandWork.CodeOf(exception) is not null)
            {
                healthy = false;
                context.Console.Line($"FAIL  {name}: {exception.Message}");
            }
        }

        await Check(
            "machine",
            () => Task.FromResult(
                $"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores, "
                    + $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB of memory, {RuntimeInformation.FrameworkDescription}"));
        await Check("data folder", () => Task.FromResult(CheckFolder(settings.DataFolder)));
        if (settings.Storage is null)
        {
            await Check("Node.js", async () => (await NodeRuntime.VersionAsync(settings.Azurite, cancellationToken)).ToString());
        }

        await Check("storage", async () =>
        {
            await using var storage = await LocalStorage.OpenAsync(settings, context.Console, cancellationToken);
            var runs = await new RunReader(storage.Runs).ListAsync(null, RunReader.MaxPage, cancellationToken);
            return $"{storage.Place}, {runs.Runs.Count}{(runs.Continuation is null ? "" : " or more")} runs";
        });
        await Check("model", async () =>
        {
            var started = Stopwatch.GetTimestamp();
            await using var model = await LocalModel.LoadAsync(settings, new HostConsole { Quiet = true }, cancellationToken);
            var facts = model.Description.Facts;
            var size = (facts?.Size is { } counted ? $", {counted} parameters" : "")
                + (facts?.Family is { } family ? $", family {family}" : "");
            return $"{model.Description.Name}{size} in {LocalModel.FolderOf(settings)}, loaded in "
                + $"{Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s; {model.Description.EngineFingerprint}";
        });
        return healthy ? ExitCode.Success : ExitCode.Failure;
    }

    private static string CheckFolder(string folder)
    {
        PrivateFiles.CreateFolder(folder);
        var probe = Path.Combine(folder, $"probe-{Guid.NewGuid():n}");
        OutputFile.WriteAllBytes(probe, []);
        File.Delete(probe);
        var free = FullDisk.FreeBytes(folder);
        return free >= LeastFreeBytes
            ? $"{folder}, {free >> 30} GiB free"
                + (PrivateFiles.IsOpenToOthers(folder) ? $"; other users of this machine can read it: chmod -R go= '{folder}'" : "")
            : throw new InputException($"{folder} has only {free >> 20} MiB free; at least 1 GiB is recommended.");
    }
}
