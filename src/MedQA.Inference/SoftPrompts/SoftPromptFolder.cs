using System.Collections.Immutable;
using System.Security.Cryptography;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Files;
using MedQA.Inference.Models;

namespace MedQA.Inference.SoftPrompts;

/// <summary>
/// A soft prompt as a folder: <c>manifest.json</c>, the keys and values of its virtual tokens (<c>prefix.safetensors</c>: for each layer
/// <c>past_key_values.L.key</c> and <c>.value</c>, float32 [key/value heads, length, head size]) and the soft prompt that left them
/// (<c>soft_prompt.safetensors</c>: <c>soft_prompt</c>, float32 [length, width of the embeddings]).
/// </summary>
public sealed class SoftPromptFolder
{
    private const string SoftPromptTensor = "soft_prompt";
    private const string Remedy = "Tune it again, or copy the folder again from where it was made";

    private SoftPromptFolder(string path, SoftPromptManifest manifest) => (Path, Manifest) = (path, manifest);

    /// <summary>The folder's absolute path.</summary>
    public string Path { get; }

    /// <summary>What the manifest states.</summary>
    public SoftPromptManifest Manifest { get; }

    /// <summary>Opens a folder: its manifest is read and checked, the numbers are not.</summary>
    /// <exception cref="UnusableException">The folder or its manifest is missing or damaged.</exception>
    public static SoftPromptFolder Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var folder = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (!Directory.Exists(folder))
        {
            throw new UnusableException(folder, "there is no such folder", "Name the folder that medqa tune wrote");
        }

        var file = System.IO.Path.Combine(folder, SoftPromptFiles.Manifest);
        try
        {
            return new(folder, SoftPromptManifest.Parse(ModelFile.ReadAllBytes(file)));
        }
        catch (FormatException exception)
        {
            throw Damaged(file, exception.Message, exception);
        }
    }

    /// <summary>Reads keys and values, and checks that they are those that are meant.</summary>
    /// <param name="bytes">What is in <c>prefix.safetensors</c>.</param>
    /// <param name="expected">The SHA-256 that the bytes should have, lower-case hexadecimal.</param>
    /// <param name="file">Its name in messages.</param>
    /// <exception cref="UnusableException">The bytes are others, or no keys and values of one shape.</exception>
    public static SoftPromptKeyValues ParseKeyValues(ReadOnlyMemory<byte> bytes, string expected, string file)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes.Span));
        if (hash != expected)
        {
            throw Damaged(file, $"its SHA-256 is {hash}, but {expected} is expected");
        }

        using var reader = new SafetensorsReader(new MemoryStream(bytes.ToArray(), writable: false), file, Remedy);
        var first = reader.Find(SoftPromptKeyValues.NameOf(0));
        if (first.Shape.Length != 3
            || first.Shape.Any(static dimension => dimension is < 1 or > int.MaxValue)
            || reader.Tensors.Count % 2 != 0)
        {
            throw Damaged(
                file,
                $"it has {reader.Tensors.Count} tensors, the first {first.ShapeText}, where keys and values of each layer are "
                    + "expected, [key/value heads, length, head size]");
        }

        return new(
            (int)first.Shape[1],
            (int)first.Shape[0],
            (int)first.Shape[2],
            [.. Enumerable.Range(0, reader.Tensors.Count)
                .Select(tensor => ReadFinite(reader, SoftPromptKeyValues.NameOf(tensor), first.Shape, file))]);
    }

    /// <summary>
    /// Writes a folder: the manifest last, so that a folder with one is whole. Files that are there already are replaced.
    /// </summary>
    /// <param name="path">The folder; made where it is missing.</param>
    /// <param name="manifest">What to state; the hash is filled in.</param>
    /// <param name="keyValues">Keys and values.</param>
    /// <param name="softPrompt">The soft prompt, [length, width of the embeddings], row-major.</param>
    /// <exception cref="ArgumentException">The numbers are not of the shape that the manifest states.</exception>
    public static SoftPromptFolder Write(
        string path, SoftPromptManifest manifest, SoftPromptKeyValues keyValues, ReadOnlyMemory<float> softPrompt)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(keyValues);
        if ((keyValues.Length, keyValues.Layers, keyValues.KeyValueHeads, keyValues.HeadSize)
            != (manifest.Length, manifest.Layers, manifest.KeyValueHeads, manifest.HeadSize))
        {
            throw new ArgumentException("The keys and values are not of the shape that the manifest states.", nameof(keyValues));
        }

        Directory.CreateDirectory(path);
        var manifestFile = System.IO.Path.Combine(path, SoftPromptFiles.Manifest);
        File.Delete(manifestFile);
        using var bytes = new MemoryStream();
        long[] shape = [keyValues.KeyValueHeads, keyValues.Length, keyValues.HeadSize];
        SafetensorsWriter.Write(
            bytes,
            [.. keyValues.Tensors.Select(
                (tensor, index) => (SoftPromptKeyValues.NameOf(index), shape, (ReadOnlyMemory<float>)tensor))]);
        var content = bytes.ToArray();
        OutputFile.WriteAllBytes(System.IO.Path.Combine(path, SoftPromptFiles.KeyValues), content);
        using var softPromptBytes = new MemoryStream();
        SafetensorsWriter.Write(softPromptBytes, [(SoftPromptTensor, [manifest.Length, manifest.Hidden], softPrompt)]);
        OutputFile.WriteAllBytes(System.IO.Path.Combine(path, SoftPromptFiles.SoftPrompt), softPromptBytes.ToArray());
        OutputFile.WriteAllBytes(
            manifestFile, (manifest with { PrefixHash = Convert.ToHexStringLower(SHA256.HashData(content)) }).ToUtf8());
        return Open(path);
    }

    private static float[] ReadFinite(SafetensorsReader reader, string name, ImmutableArray<long> shape, string file)
    {
        var tensor = reader.Find(name);
        if (tensor.Type != "F32" || !tensor.Shape.AsSpan().SequenceEqual(shape.AsSpan()))
        {
            throw Damaged(file, $"\"{name}\" is {tensor.Type} {tensor.ShapeText}; it should be F32 [{string.Join(", ", shape)}]");
        }

        var numbers = reader.ReadSingles(name);
        return Array.TrueForAll(numbers, float.IsFinite) ? numbers : throw Damaged(file, $"\"{name}\" has numbers that are not finite");
    }

    private static UnusableException Damaged(string file, string problem, Exception? inner = null) =>
        new(file, problem, Remedy, inner);
}
