using BenchmarkDotNet.Running;
using MedQA.Benchmarks.EndToEnd;
using MedQA.Benchmarks.Gpu;
using MedQA.Benchmarks.Load;
using MedQA.Evaluation;
using MedQA.Inference.Optimization;

if (args is ["end-to-end", .. var rest])
{
    return await EndToEndCommand.RunAsync(rest);
}

if (args is ["references" or "batch", .. var given])
{
    try
    {
        return await (args[0] == "references" ? ReferencesCommand.RunAsync(given) : BatchCommand.RunAsync(given));
    }
    catch (UnusableException exception)
    {
        await Console.Error.WriteLineAsync(exception.Message);
        return 1;
    }
}

if (args is ["load", .. var load])
{
    return await LoadCommand.RunAsync(load);
}

if (args is ["readers", .. var readers])
{
    return await ReadersCommand.RunAsync(readers);
}

if (args is ["micro", .. var micro])
{
    BenchmarkSwitcher.FromAssembly(typeof(EndToEndCommand).Assembly).Run(micro);
    return 0;
}

if (args is ["widen", var folder])
{
    var made = await ModelOptimization.WidenAsync(folder, null, CancellationToken.None);
    Console.WriteLine($"{made.GraphPath}: {made.Products} products, {made.Bytes} bytes");
    return 0;
}

if (args is ["growth", var plots, .. var growth])
{
    new Growth(EndToEndOptions.Parse(growth, EndToEndCommand.RepositoryRoot)).Run(plots);
    return 0;
}

await Console.Error.WriteLineAsync("""
    usage: MedQA.Benchmarks end-to-end [--only NAME,NAME] [--rounds N] [--graph FILE] [--baseline-graph FILE] [--model FOLDER] [--provider cpu|cuda] [--peer PROGRAM --peer-model GGUF] [--prompts FILE]
           MedQA.Benchmarks references [--provider cpu|cuda] [--limit N]    (every layout and the default model against their references; exit code 1 if one differs)
           MedQA.Benchmarks batch [--provider cpu|cuda] [--rows N,N] [--model FOLDER] [--graph FILE]    (many prompts as the rows of one batch)
           MedQA.Benchmarks widen FOLDER    (writes model.8bit.onnx into it, for --graph)
           MedQA.Benchmarks growth FOLDER   (plots of a step's cost go there)
           MedQA.Benchmarks load [--sizes N,N] [--data FOLDER] [--plots FOLDER] [--readers N] [--medqa PROGRAM] [--clients N --seconds N --pause-ms N] [--reports N]
           MedQA.Benchmarks load plots DATA FOLDER    (draws what was measured before)
           MedQA.Benchmarks readers --data FOLDER [--medqa PROGRAM,PROGRAM] [--rounds N] [--clients N --seconds N --pause-ms N]    (reads the runs that load left in FOLDER through each program in turn)
           MedQA.Benchmarks micro [BenchmarkDotNet's arguments]
    --prompts is a file of prompts as token ids, one a line; --peer is a program that draws the same samples with llama.cpp, and its rounds alternate with ours.
    """);
return 2;
