using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using MedQA.Evaluation;
using MedQA.Files;
using TorchSharp;

namespace MedQA.Tuning.Native;

/// <summary>
/// Loads libtorch, even on systems whose C++ library is slightly older than the one TorchSharp was built with (Debian 12, Ubuntu 22.04).
/// </summary>
/// <remarks>
/// libLibTorchSharp.so of TorchSharp 0.107 requires GLIBCXX_3.4.32, because a header of GCC 13 names the symbol
/// <c>ios_base_library_init</c>. No relocation uses it, and all used symbols are in GLIBCXX_3.4.30. If the library cannot be loaded, a copy
/// without that requirement is loaded.
/// </remarks>
internal static class TorchLibrary
{
    private const string Name = "LibTorchSharp";
    private const string UnusedVersion = "GLIBCXX_3.4.32";

    private static readonly Lazy<bool> Loaded = new(LoadOnce);

    /// <summary>Loads libtorch once.</summary>
    /// <exception cref="UnusableException">libtorch cannot be loaded; the message says what to do.</exception>
    public static void Load() => _ = Loaded.Value;

    private static bool LoadOnce()
    {
        if (OperatingSystem.IsLinux())
        {
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += static (assembly, name) => name == Name ? LoadForOlderSystem(assembly) : 0;
        }

        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
            return true;
        }
        catch (Exception exception) when (exception is TypeInitializationException or NotSupportedException or DllNotFoundException)
        {
            throw new UnusableException(
                $"libtorch cannot be loaded on this system ({RuntimeInformation.RuntimeIdentifier}): TorchSharp supports linux-x64, "
                    + "win-x64 and osx-arm64, and on Linux it needs the C++ library of GCC 12 or later (Debian 12, Ubuntu 22.04). "
                    + $"{Innermost(exception)}",
                exception);
        }
    }

    private static nint LoadForOlderSystem(Assembly assembly)
    {
        var folder = Path.GetDirectoryName(assembly.Location)!;
        string[] places = [folder, Path.Combine(folder, "runtimes", "linux-x64", "native")];
        if (places.Select(static place => Path.Combine(place, $"lib{Name}.so")).FirstOrDefault(File.Exists) is not { } original)
        {
            return 0;
        }

        var library = RegularFile.ReadAllBytes(original);
        if (!VersionNeeds.Weaken(library, UnusedVersion))
        {
            return 0;
        }

        // The copy finds its dependencies because they are already loaded.
        foreach (var neighbour in (ReadOnlySpan<string>)["libc10.so", "libtorch_cpu.so", "libtorch.so"])
        {
            NativeLibrary.Load(Path.Combine(Path.GetDirectoryName(original)!, neighbour));
        }

        var copy = Path.Combine(Path.GetTempPath(), $"lib{Name}-{Guid.NewGuid():n}.so");
        try
        {
            OutputFile.WriteAllBytes(copy, library);
            return NativeLibrary.Load(copy);
        }
        finally
        {
            // The mapped library stays loaded.
            File.Delete(copy);
        }
    }

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception.Message.Split('\n')[0].Trim();
    }
}
