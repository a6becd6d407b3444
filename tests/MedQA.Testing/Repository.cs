using System.Reflection;

namespace MedQA.Testing;

/// <summary>Where tests find the files of the repository, and the data that stands beside it on some machines.</summary>
public static class Repository
{
    /// <summary>The repository's root folder.</summary>
    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>The path of a file or folder in the repository.</summary>
    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>The path of something in <c>../shared</c>; where that is absent the calling test is skipped and says so.</summary>
    public static string SharedPathOf(params ReadOnlySpan<string> parts)
    {
        var path = Path.GetFullPath(Path.Combine([Root, "..", "shared", .. parts]));
        Assert.SkipUnless(Path.Exists(path), $"../shared/{string.Join('/', parts!)} is not there: it stands beside the repository only where the public question sets were fetched.");
        return path;
    }
}
