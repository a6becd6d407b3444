using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using MedQA.Cli.Settings;
using MedQA.Evaluation;
using MedQA.Files;
using MedQA.Inference.Models;

namespace MedQA.Cli.Hub;

/// <summary>
/// Downloads a model's files to a folder. Incomplete downloads are kept in a sibling folder whose name ends with <c>.unfinished</c>, where
/// files are resumed and verified as a whole; the model gets its own folder only when all files are verified.
/// </summary>
/// <param name="hub">The hub.</param>
/// <param name="model">The model.</param>
/// <param name="commit">Its commit.</param>
/// <param name="target">The model's folder, absolute.</param>
/// <param name="time">The clock.</param>
/// <param name="progress">Receives progress messages.</param>
internal sealed class ModelDownload(HubClient hub, HubModel model, string commit, string target, TimeProvider time, Action<string> progress)
{
    /// <summary>The name of the file that records a model's origin.</summary>
    public const string Record = "fetched.json";

    private const int BufferSize = 1 << 20;
    private const int MaxCuts = 5;
    private const int Tenths = 10;

    private readonly byte[] _buffer = new byte[BufferSize];

    /// <summary>The folder of the files until all are verified.</summary>
    public string Unfinished => target + ModelFolders.Unfinished;

    /// <summary>Downloads a model.</summary>
    /// <param name="selection">Its files.</param>
    /// <param name="files">All files of the repository.</param>
    /// <param name="load">Loads the model in a folder, to test it.</param>
    /// <param name="cancellationToken">Stops the download, and keeps its partial files.</param>
    /// <returns>The record of the fetched model.</returns>
    /// <exception cref="UnusableException">A file cannot be fetched or verified, or the model cannot be used.</exception>
    /// <exception cref="IOException">The files cannot be written.</exception>
    public async Task<FetchedModel> FetchAsync(
        ModelSelection selection, IReadOnlyList<HubFile> files, Func<string, Task> load, CancellationToken cancellationToken)
    {
        var earlier = Earlier();
        Directory.CreateDirectory(Unfinished);
        var fetched = new List<FetchedFile>();
        async Task TakeAsync(IReadOnlyList<HubFile> wanted)
        {
            CheckRoom(wanted, selection);
            foreach (var file in wanted)
            {
                var place = selection.PlaceOf(file);
                await FileAsync(file, place, isKept: earlier is not null, cancellationToken);
                fetched.Add(new FetchedFile(place, file.Size, $"{(file.IsSha256 ? "sha256" : "sha1")}:{file.Hash}"));
            }
        }

        // Graphs with external tensors are small, and only the graph names the files of its tensors.
        await TakeAsync([.. selection.Beside, selection.Graph]);
        var graph = selection.PlaceOf(selection.Graph);
        var names = ModelFolder.DataFilesOf(Path.Combine(File.Exists(Path.Combine(Unfinished, graph)) ? Unfinished : target, graph));
        await TakeAsync([.. names.Select(name => files.FirstOrDefault(file => file.Path == selection.Graph.Folder + name)
            ?? throw new UnusableException(
                $"{selection.Graph.Path} keeps its weights in \"{name}\", which {model.Repository} does not have."))]);

        var record = new FetchedModel(hub.Address, model.Repository, model.Revision, commit,
            [.. fetched, .. earlier?.Files.Where(file => fetched.TrueForAll(other => other.Path != file.Path)) ?? []]);
        await OutputFile.WriteAllBytesAsync(
            Path.Combine(Unfinished, Record), JsonSerializer.SerializeToUtf8Bytes(record, HubJson.Default.FetchedModel), cancellationToken);
        if (earlier is null)
        {
            await CheckAsync(Unfinished);
            Publish(fetched);
        }
        else
        {
            Join(fetched);
            await CheckAsync(target);
        }

        return record;

        async Task CheckAsync(string folder)
        {
            progress($"Loading {selection.Graph.Path}…");
            try
            {
                await load(folder);
            }
            catch (UnusableException exception)
            {
                throw new UnusableException(
                    $"All files of {model.Repository} were fetched and verified, but the model cannot be used: {exception.Message} "
                    + $"Choose another graph with --graph, or delete {folder}.", exception);
            }
        }
    }

    /// <summary>Returns the record of a model's existing folder, if it has another graph of the same commit.</summary>
    /// <exception cref="UnusableException">The folder has other content.</exception>
    private FetchedModel? Earlier()
    {
        if (!Directory.Exists(target))
        {
            return File.Exists(target) ? throw new UnusableException($"{target} is a file", "Choose a folder with --to") : null;
        }

        if (!Directory.EnumerateFileSystemEntries(target).Any())
        {
            return null;
        }

        try
        {
            var record = JsonSerializer.Deserialize(RegularFile.ReadAllBytes(Path.Combine(target, Record)), HubJson.Default.FetchedModel);
            return record?.Model == model.Repository && record.Commit == commit ? record : throw new UnusableException(
                $"{target} contains {record?.Model} of commit {record?.Commit}, not {model.Repository} of commit {commit}. "
                + "Choose another folder with --to, or delete that one.");
        }
        catch (Exception exception) when (exception is FileNotFoundException or JsonException)
        {
            throw new UnusableException(
                $"{target} exists already and was not fetched by medqa",
                "Choose another folder with --to",
                exception);
        }
    }

    private void CheckRoom(IReadOnlyList<HubFile> wanted, ModelSelection selection)
    {
        if (wanted.FirstOrDefault(file => !file.IsSafe || selection.PlaceOf(file) == Record) is { } refused)
        {
            throw new UnusableException($"{model.Repository} has a file with the unsafe path \"{refused.Path}\".");
        }

        var needed = wanted.Sum(file => Math.Max(0, file.Size - Present(file, selection.PlaceOf(file))));
        var free = FullDisk.FreeBytes(Unfinished);
        if (needed > free)
        {
            throw new UnusableException(
                $"{model.Repository} needs {Megabytes(needed)} more on the disk of {Unfinished}, which has {Megabytes(free)} free: "
                + "free space and run the command again, or choose a folder on another disk with --to.");
        }
    }

    private long Present(HubFile file, string place) =>
        new[] { Path.Combine(Unfinished, place), PartOf(file, place), Path.Combine(target, place) }
            .Select(static path => new FileInfo(path)).FirstOrDefault(static found => found.Exists)?.Length ?? 0;

    /// <summary>Returns the path of a partial file, which includes its hash, so that files of other commits are never continued.</summary>
    private string PartOf(HubFile file, string place) => Path.Combine(Unfinished, $"{place}.{file.Hash[..16]}.part");

    private async Task FileAsync(HubFile file, string place, bool isKept, CancellationToken cancellationToken)
    {
        var whole = Path.Combine(Unfinished, place);
        RefuseLinks(whole);
        Directory.CreateDirectory(Path.GetDirectoryName(whole)!);
        if (isKept && await IsVerifiedAsync(Path.Combine(target, place), file, cancellationToken))
        {
            File.Delete(whole);
            return;
        }

        if (await IsVerifiedAsync(whole, file, cancellationToken))
        {
            return;
        }

        var part = PartOf(file, place);
        RefuseLinks(part);
        await ContinueAsync(file, part, cancellationToken);
        if (!await IsVerifiedAsync(part, file, cancellationToken))
        {
            File.Delete(part);
            throw new UnusableException(
                $"{file.Path} does not match the hub's hash ({(file.IsSha256 ? "SHA-256" : "git hash")} {file.Hash}) and was "
                    + "deleted",
                $"Run the command again; if this persists, something between this machine and {hub.Address} modifies downloads");
        }

        File.Move(part, whole, overwrite: true);
    }

    private async Task ContinueAsync(HubFile file, string part, CancellationToken cancellationToken)
    {
        await using var output = new FileStream(RegularFile.Check(part),
            FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        if (output.Length > file.Size)
        {
            output.SetLength(0);
        }

        output.Position = output.Length;
        progress($"Fetching {file.Path}, {Megabytes(file.Size)}{(output.Length > 0 ? $", from {Megabytes(output.Length)}" : "")}…");
        for (var cuts = 0; output.Position < file.Size;)
        {
            var before = output.Position;
            try
            {
                await ReceiveAsync(file, output, cancellationToken);
            }
            catch (CutConnectionException exception)
            {
                // A connection that delivered data before it was cut is retried at once; one without data only a few times.
                cuts = output.Position > before ? 0 : cuts + 1;
                if (cuts == MaxCuts)
                {
                    throw output.Position == 0 ? hub.Unreachable(exception) : new UnusableException(
                        $"The connection was cut at {Megabytes(output.Position)} of {file.Path} ({exception.Message}). "
                        + "Run the command again to continue there.", exception);
                }

                progress($"  cut at {Megabytes(output.Position)} ({exception.Message}); trying again…");
                if (cuts > 0)
                {
                    await hub.PauseAsync(cuts, cancellationToken);
                }
            }
        }

        output.Flush(flushToDisk: true);
    }

    private async Task ReceiveAsync(HubFile file, FileStream output, CancellationToken cancellationToken)
    {
        var (answer, from) = await hub.OpenAsync(model, commit, file, output.Position, cancellationToken);
        using var disposed = answer;
        if (from == 0 && output.Position > 0)
        {
            output.SetLength(0);
        }

        await using var content = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var (began, first) = (time.GetTimestamp(), output.Position);
        while (output.Position < file.Size)
        {
            var read = await hub.ReadAsync(content, _buffer, cancellationToken);
            if (read == 0)
            {
                throw new CutConnectionException("the response ended early");
            }

            var tenth = output.Position * Tenths / file.Size;
            await output.WriteAsync(_buffer.AsMemory(0, (int)Math.Min(read, file.Size - output.Position)), cancellationToken);
            if (output.Position * Tenths / file.Size is var now && now > tenth && file.Size > Tenths * BufferSize)
            {
                var rate = (output.Position - first) / Math.Max(time.GetElapsedTime(began).TotalSeconds, 1e-3);
                progress($"  {now * Tenths} % of {file.Path}, {Megabytes((long)rate)}/s");
            }
        }
    }

    private async Task<bool> IsVerifiedAsync(string path, HubFile file, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        await using var stream = RegularFile.Open(path, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        if (stream.Length != file.Size)
        {
            return false;
        }

        using var hash = file.BeginHash();
        for (int read; (read = await stream.ReadAsync(_buffer, cancellationToken)) > 0;)
        {
            hash.AppendData(_buffer, 0, read);
        }

        return CryptographicOperations.FixedTimeEquals(hash.GetHashAndReset(), Convert.FromHexString(file.Hash));
    }

    /// <summary>Refuses to write through links.</summary>
    private void RefuseLinks(string path)
    {
        for (var part = path; part.Length >= Unfinished.Length; part = Path.GetDirectoryName(part)!)
        {
            if (new FileInfo(part).LinkTarget is not null)
            {
                throw new UnusableException($"{part} is a link, which is refused", "Delete it");
            }
        }
    }

    /// <summary>Moves a model to its folder, with verified files only.</summary>
    private void Publish(List<FetchedFile> fetched)
    {
        var kept = fetched.Select(static file => file.Path).Append(Record)
            .Select(place => Path.GetFullPath(place, Unfinished)).ToHashSet(StringComparer.Ordinal);
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (var file in Directory.EnumerateFiles(Unfinished, "*", all).ToList())
        {
            if (!kept.Contains(file))
            {
                File.Delete(file);
            }
        }

        if (Directory.Exists(target))
        {
            Directory.Delete(target);
        }

        Directory.Move(Unfinished, target);
    }

    /// <summary>Adds another graph to a model: first its dependencies, then the graph, last the record.</summary>
    private void Join(List<FetchedFile> fetched)
    {
        var places = fetched.Select(static file => file.Path).OrderBy(static place => place.EndsWith(".onnx", StringComparison.Ordinal));
        foreach (var place in places.Append(Record))
        {
            var (from, to) = (Path.Combine(Unfinished, place), Path.Combine(target, place));
            if (File.Exists(from))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Move(from, to, overwrite: true);
            }
        }

        Directory.Delete(Unfinished, recursive: true);
    }

    /// <summary>Formats a size.</summary>
    public static string Megabytes(long bytes) => bytes < 1_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{(bytes + 999) / 1_000:N0} kB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:N0} MB");
}
