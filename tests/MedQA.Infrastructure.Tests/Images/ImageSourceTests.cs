using System.Diagnostics;
using MedQA.Tests;

namespace MedQA.Infrastructure.Tests.Images;

/// <summary>
/// What the images are built of: all that the apps' projects read, nothing that git ignores, and one list for the build and for the hash
/// that decides whether to build.
/// </summary>
public sealed class ImageSourceTests
{
    public static TheoryData<string, string> Apps { get; } = new()
    {
        { "control.Dockerfile", "src/MedQA.Functions/MedQA.Functions.csproj" },
        { "inference.Dockerfile", "src/MedQA.Functions.Inference/MedQA.Functions.Inference.csproj" },
    };

    [Theory]
    [MemberData(nameof(Apps))]
    public async Task An_image_has_every_file_that_its_app_and_what_it_refers_to_embed_include_or_import(string dockerfile, string project)
    {
        var files = await ProjectEvaluation.FilesAsync(project);

        // What has been forgotten once: a folder beside src whose files a project three references away embeds.
        Assert.Contains("rubrics/lay-2.json", files);
        Assert.Contains("exemplars/medqa.json", files);
        Assert.Contains("src/MedQA.Functions/Hosting/Functions.props", files);
        Assert.Contains("Directory.Packages.props", files);
        var context = new BuildContext(dockerfile);
        Assert.Empty(files.Where(file => !context.Has(file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Nothing_that_git_ignores_comes_into_an_image()
    {
        var kept = File.ReadAllLines(Repository.PathOf(".dockerignore"));
        Assert.All(File.ReadAllLines(Repository.PathOf(".gitignore")).Where(static line => line.Length > 0 && line[0] != '#'), line =>
            Assert.Contains($"**/{line.TrimEnd('/')}", kept));
        var context = new BuildContext("control.Dockerfile");
        Assert.False(context.Has("src/MedQA.Functions/local.settings.json"));
        Assert.False(context.Has("src/MedQA.Functions/obj/project.assets.json"));
        Assert.False(context.Has("docs/deploy.md"));
    }

    [Theory]
    [MemberData(nameof(Apps))]
    public async Task The_hash_that_decides_whether_an_image_is_built_is_over_the_same_files(string dockerfile, string project)
    {
        Assert.EndsWith(".csproj", project, StringComparison.Ordinal);
        var start = new ProcessStartInfo("node", ["infra/hooks/image-sources.mjs", "--list", $"infra/docker/{dockerfile}"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = Repository.PathOf(),
        };
        using var process = Process.Start(start)!;
        var listed = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        Assert.Equal(new BuildContext(dockerfile).Files(), listed.TrimEnd('\n').Split('\n').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_inference_app_is_published_with_the_flavour_for_GPUs_and_built_with_the_one_for_processors()
    {
        const string Project = "src/MedQA.Functions.Inference/MedQA.Functions.Inference.csproj";
        var dockerfile = await File.ReadAllTextAsync(Repository.PathOf("infra", "docker", "inference.Dockerfile"),
            TestContext.Current.CancellationToken);
        var command = dockerfile.Split('\n').Single(static line =>
            line.StartsWith("RUN dotnet publish ", StringComparison.Ordinal))["RUN dotnet ".Length..];
        Assert.StartsWith($"publish {Project} ", command, StringComparison.Ordinal);
        Assert.Equal("Microsoft.ML.OnnxRuntime.Gpu", await EvaluatedAsync(command));
        Assert.Equal("Microsoft.ML.OnnxRuntime", await EvaluatedAsync($"build {Project} -c Release"));
        Assert.Equal(["Microsoft.ML.OnnxRuntime"], await FlavoursAsync());

        // What the command line sets for `dotnet publish`, also while it restores.
        Assert.Equal(["Microsoft.ML.OnnxRuntime.Gpu"], await FlavoursAsync("-p:_IsPublishing=true"));

        static async Task<string[]> FlavoursAsync(params string[] arguments) =>
            [.. (await ProjectEvaluation.ItemsAsync(Project, ["PackageReference"], arguments))["PackageReference"].Where(static package =>
                package.StartsWith("Microsoft.ML.OnnxRuntime", StringComparison.Ordinal)
                && !package.EndsWith(".Managed", StringComparison.Ordinal))];
    }

    /// <summary>
    /// The flavour that a command of <c>dotnet</c> chooses. It fails before it builds anything, because its folder of intermediate files is
    /// empty, and prints what it has evaluated all the same.
    /// </summary>
    private static async Task<string> EvaluatedAsync(string command)
    {
        var folder = Directory.CreateTempSubdirectory("medqa-publish").FullName;
        try
        {
            var start = new ProcessStartInfo("dotnet", [.. command.Replace("/app", folder, StringComparison.Ordinal).Split(' '),
                "--no-restore", "-getProperty:OnnxRuntimePackage", $"-p:BaseIntermediateOutputPath={folder}/obj/"])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
                WorkingDirectory = Repository.PathOf(),
            };
            using var process = Process.Start(start)!;
            var told = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return told.Trim().Split('\n')[^1];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
